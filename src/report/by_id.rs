//! A small map that keeps the order in which things were put in.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// Values by metric id (or another short name) in the order of insertion: reports list metrics as their table does.
#[derive(Clone, Debug, PartialEq)]
pub struct ById<T>(Vec<(String, T)>);

impl<T> Default for ById<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> ById<T> {
    /// Puts `value` under `id`, in the old place if there was one.
    pub fn insert(&mut self, id: &str, value: T) {
        match self.0.iter_mut().find(|(have, _)| have == id) {
            Some((_, old)) => *old = value,
            None => self.0.push((id.into(), value)),
        }
    }

    pub fn get(&self, id: &str) -> Option<&T> {
        self.0.iter().find(|(have, _)| have == id).map(|(_, value)| value)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(id, value)| (id.as_str(), value))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl<T: Serialize> Serialize for ById<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (id, value) in &self.0 {
            map.serialize_entry(id, value)?;
        }
        map.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ById<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = ById<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with metric ids for keys")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ById<T>, A::Error> {
                let mut all = ById::default();
                while let Some((id, value)) = map.next_entry::<String, T>()? {
                    all.insert(&id, value);
                }
                Ok(all)
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}
