//! The stack machine.

use std::collections::HashMap;

use super::input::{Input, text};
use super::names::Name;
use super::value::{Id, StorageRef, TensorRef, Tree, Value};
use super::{MOST_BYTES, MOST_VALUES};
use crate::models::import::error::{ImportError, shown, size_words};

type Fault = ImportError;

/// Reads the pickle at the front of `bytes`; gives its values and the number of bytes it took.
///
/// # Errors
/// [`ImportError::Refused`] with the name for anything that is no data, [`ImportError::Damaged`] for what is no pickle.
pub(in crate::models::import) fn read(bytes: &[u8]) -> Result<(Tree, usize), Fault> {
    let window = &bytes[..bytes.len().min(MOST_BYTES)];
    let mut machine = Machine { input: Input::new(window), ..Machine::default() };
    match machine.run() {
        Ok(root) => Ok((Tree { values: machine.values, root }, machine.input.at())),
        Err(Fault::Damaged(_)) if machine.input.at() + 16 > MOST_BYTES => Err(Fault::TooLarge {
            what: "its pickle".into(),
            claim: format!("more than {}", size_words(MOST_BYTES as u128)),
            limit: size_words(MOST_BYTES as u128),
        }),
        Err(fault) => Err(fault),
    }
}

enum Slot {
    Value(Id),
    Mark,
}

#[derive(Default)]
struct Machine<'a> {
    input: Input<'a>,
    values: Vec<Value>,
    stack: Vec<Slot>,
    memo: HashMap<u64, Id>,
    /// Parts of containers that were copied from others.
    copied: usize,
}

fn broken(what: &str) -> Fault {
    Fault::Damaged(format!("its pickle {what}"))
}

impl Machine<'_> {
    /// Runs to the STOP; gives the value it leaves.
    fn run(&mut self) -> Result<Id, Fault> {
        loop {
            if self.values.len().max(self.stack.len()).max(self.copied) > MOST_VALUES {
                let (what, claim) = ("its pickle".into(), format!("more than {MOST_VALUES} values"));
                return Err(Fault::TooLarge { what, claim, limit: MOST_VALUES.to_string() });
            }
            let code = self.input.byte()?;
            match code {
                b'.' => return self.pop(),
                b'(' => self.stack.push(Slot::Mark),
                b'0' => drop(self.stack.pop()),
                b'1' => drop(self.take_to_mark()?),
                b'2' => {
                    let top = self.top()?;
                    self.stack.push(Slot::Value(top));
                }
                b'c' | 0x93 | b'R' | b'b' | b'i' | b'o' | 0x81 | 0x92 | 0x82..=0x84 => self.call(code)?,
                b'P' | b'Q' => self.persistent(code)?,
                b'a' | b'e' | b's' | b'u' => self.fill(code)?,
                b'l' | b't' | b'd' | 0x85..=0x87 => self.gather(code)?,
                b'p' | b'q' | b'r' | 0x94 | b'g' | b'h' | b'j' => self.memory(code)?,
                0x80 => match self.input.byte()? {
                    0..=5 => {}
                    newer => return Err(broken(&format!("is of protocol {newer}"))),
                },
                // A frame only says how much could be read ahead.
                0x95 => drop(self.input.take(8)?),
                _ => {
                    let value = self.literal(code)?;
                    self.push(value)?;
                }
            }
        }
    }

    /// Numbers, strings and empty containers.
    fn literal(&mut self, code: u8) -> Result<Value, Fault> {
        let input = &mut self.input;
        let words = |bytes: &[u8]| Value::Text(text(bytes));
        Ok(match code {
            b'N' => Value::None,
            0x88 => Value::Bool(true),
            0x89 => Value::Bool(false),
            b'J' => Value::Int(i64::from(i32::from_le_bytes(input.array()?))),
            b'K' => Value::Int(i64::from(input.byte()?)),
            b'M' => Value::Int(i64::from(u16::from_le_bytes(input.array()?))),
            0x8a => {
                let length = input.length::<1>()?;
                Value::Int(long(input.take(length)?)?)
            }
            0x8b => {
                let length = input.length::<4>()?;
                Value::Int(long(input.take(length)?)?)
            }
            b'I' | b'L' => match input.line()?.trim_end_matches('L') {
                "01" => Value::Bool(true),
                "00" => Value::Bool(false),
                digits => Value::Int(digits.parse().map_err(|_| broken("holds a number that is none"))?),
            },
            b'G' => Value::Float(f64::from_be_bytes(input.array()?)),
            b'F' => Value::Float(input.line()?.parse().map_err(|_| broken("holds a number that is none"))?),
            b'U' | 0x8c => {
                let length = input.length::<1>()?;
                words(input.take(length)?)
            }
            b'X' | b'T' => {
                let length = input.length::<4>()?;
                words(input.take(length)?)
            }
            0x8d => {
                let length = input.length::<8>()?;
                words(input.take(length)?)
            }
            b'S' | b'V' => Value::Text(input.line()?.trim_matches(['\'', '"']).to_owned()),
            b'C' => {
                let length = input.length::<1>()?;
                Value::Bytes(input.take(length)?.len())
            }
            b'B' => {
                let length = input.length::<4>()?;
                Value::Bytes(input.take(length)?.len())
            }
            0x8e | 0x96 => {
                let length = input.length::<8>()?;
                Value::Bytes(input.take(length)?.len())
            }
            b']' => Value::List(Vec::new()),
            b')' => Value::Tuple(Vec::new()),
            b'}' => Value::Dict(Vec::new()),
            other => return Err(broken(&format!("holds the instruction {other:#04x}, which no weights need"))),
        })
    }

    /// Whatever makes Python look up a name or call it.
    fn call(&mut self, code: u8) -> Result<(), Fault> {
        match code {
            b'c' => {
                let (module, name) = (self.input.line()?, self.input.line()?);
                self.name(&module, &name)
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let word = |id| match self.value(id) {
                    Value::Text(text) => Ok(text.clone()),
                    _ => Err(broken("names something by a value that is no string")),
                };
                let (module, name) = (word(module)?, word(name)?);
                self.name(&module, &name)
            }
            b'i' => {
                let (module, name) = (self.input.line()?, self.input.line()?);
                Err(refused(&module, &name))
            }
            b'R' => {
                let (arguments, function) = (self.pop()?, self.pop()?);
                let made = self.reduce(function, arguments)?;
                self.push(made)
            }
            b'b' => {
                // The state of an OrderedDict is what PyTorch notes beside a state dict; it is not needed.
                self.pop()?;
                let target = self.top()?;
                match self.value(target) {
                    Value::Dict(_) => Ok(()),
                    other => Err(Fault::Refused(format!("__setstate__ of {}", kind(other)))),
                }
            }
            0x82..=0x84 => Err(Fault::Refused("an extension of copyreg".into())),
            // Making an object of a class: OBJ keeps the class behind the mark, the others below their arguments.
            b'o' => {
                let parts = self.take_to_mark()?;
                let class = parts.first().copied().ok_or_else(|| broken("makes an object of nothing"))?;
                Err(Fault::Refused(kind(self.value(class)).to_owned()))
            }
            _ => {
                if code == 0x92 {
                    self.pop()?;
                }
                self.pop()?;
                let class = self.pop()?;
                match self.value(class) {
                    Value::Name(Name::OrderedDict) => self.push(Value::Dict(Vec::new())),
                    other => Err(Fault::Refused(kind(other).to_owned())),
                }
            }
        }
    }

    fn name(&mut self, module: &str, name: &str) -> Result<(), Fault> {
        let known = Name::known(module, name).ok_or_else(|| refused(module, name))?;
        self.push(Value::Name(known))
    }

    /// What a known function makes of its arguments.
    fn reduce(&mut self, function: Id, arguments: Id) -> Result<Value, Fault> {
        let (Value::Name(name), Value::Tuple(arguments)) = (self.value(function), self.value(arguments)) else {
            return Err(Fault::Refused(kind(self.value(function)).to_owned()));
        };
        match (name, arguments.as_slice()) {
            (Name::OrderedDict, []) => Ok(Value::Dict(Vec::new())),
            // Python 2 wrote the pairs as a list. The same list may come again and again: what is copied is counted.
            (Name::OrderedDict, &[pairs]) => {
                let pairs = self.pairs(pairs)?;
                self.copied += pairs.len();
                Ok(Value::Dict(pairs))
            }
            (Name::Tensor, &[storage, offset, shape, strides, ..]) => {
                if !matches!(self.value(storage), Value::Storage(_)) {
                    return Err(broken("builds a tensor of what is no storage"));
                }
                let (shape, strides) = (self.sizes(shape)?, self.sizes(strides)?);
                Ok(Value::Tensor(TensorRef { storage, offset: self.size(offset)?, shape, strides }))
            }
            (Name::Parameter, &[tensor, ..]) => match self.value(tensor) {
                Value::Tensor(tensor) => Ok(Value::Tensor(tensor.clone())),
                _ => Err(broken("makes a parameter of what is no tensor")),
            },
            (name, _) => Err(broken(&format!("gives {} what it does not take", name.words()))),
        }
    }

    fn pairs(&self, list: Id) -> Result<Vec<(Id, Id)>, Fault> {
        let fault = || broken("makes a dict of what are no pairs");
        let (Value::List(items) | Value::Tuple(items)) = self.value(list) else { return Err(fault()) };
        let pair = |&item: &Id| match self.value(item) {
            Value::List(pair) | Value::Tuple(pair) => <[Id; 2]>::try_from(pair.as_slice()).ok().map(|[k, v]| (k, v)),
            _ => None,
        };
        items.iter().map(pair).collect::<Option<Vec<_>>>().ok_or_else(fault)
    }

    fn size(&self, id: Id) -> Result<u64, Fault> {
        match self.value(id) {
            Value::Int(n) => u64::try_from(*n).map_err(|_| broken("gives a tensor a size below nought")),
            _ => Err(broken("gives a tensor a size that is no number")),
        }
    }

    fn sizes(&self, id: Id) -> Result<Vec<u64>, Fault> {
        match self.value(id) {
            // The limit keeps copies of one long tuple from filling memory.
            Value::Tuple(all) | Value::List(all) if all.len() <= 8 => all.iter().map(|&id| self.size(id)).collect(),
            _ => Err(broken("gives a tensor a shape that is none")),
        }
    }

    /// A persistent name: ('storage', class, key, place, count[, view]).
    fn persistent(&mut self, code: u8) -> Result<(), Fault> {
        if code == b'P' {
            let name = self.input.line()?;
            return Err(Fault::Refused(format!("the persistent object {}", shown(&name))));
        }
        let id = self.pop()?;
        let fault = || broken("names a storage in a way that PyTorch does not");
        let Value::Tuple(parts) = self.value(id) else { return Err(fault()) };
        let (&[word, class, key, _place, count], view) = parts.split_first_chunk::<5>().ok_or_else(fault)?;
        let (Value::Text(word), Value::Name(Name::Storage(kind)), Value::Text(key)) =
            (self.value(word), self.value(class), self.value(key))
        else {
            return Err(fault());
        };
        // Keys are numbers; a long one could be copied as often as the pickle has bytes.
        if word != "storage" || key.len() > 64 {
            return Err(fault());
        }
        let start = match view.first().map(|&view| self.value(view)) {
            None | Some(Value::None) => 0,
            Some(Value::Tuple(view)) if view.len() == 3 => self.size(view[1])?,
            Some(_) => return Err(fault()),
        };
        let (kind, key, count) = (kind.clone(), key.clone(), self.size(count)?);
        self.push(Value::Storage(StorageRef { key, kind, count, start }))
    }

    /// Puts what lies on the stack into the list or dict below it.
    fn fill(&mut self, code: u8) -> Result<(), Fault> {
        let items = match code {
            b'a' => vec![self.pop()?],
            b's' => {
                let value = self.pop()?;
                vec![self.pop()?, value]
            }
            _ => self.take_to_mark()?,
        };
        let target = self.top()?;
        match (code, self.values.get_mut(target as usize)) {
            (b'a' | b'e', Some(Value::List(list))) => list.extend(items),
            (b's' | b'u', Some(Value::Dict(dict))) => {
                let (pairs, rest) = items.as_chunks::<2>();
                if !rest.is_empty() {
                    return Err(broken("has a key without a value"));
                }
                dict.extend(pairs.iter().map(|&[key, value]| (key, value)));
            }
            _ => return Err(broken("fills what is no list or dict")),
        }
        Ok(())
    }

    /// Makes a container of what lies on the stack.
    fn gather(&mut self, code: u8) -> Result<(), Fault> {
        let items = match code {
            0x85..=0x87 => {
                let mut items = (0x85..=code).map(|_| self.pop()).collect::<Result<Vec<_>, _>>()?;
                items.reverse();
                items
            }
            _ => self.take_to_mark()?,
        };
        let value = match code {
            b'l' => Value::List(items),
            b'd' => Value::Dict(items.as_chunks::<2>().0.iter().map(|&[key, value]| (key, value)).collect()),
            _ => Value::Tuple(items),
        };
        self.push(value)
    }

    /// Remembers the value on top, or fetches one.
    fn memory(&mut self, code: u8) -> Result<(), Fault> {
        let place = match code {
            b'p' | b'g' => self.input.line()?.trim().parse().map_err(|_| broken("remembers by no number"))?,
            b'q' | b'h' => self.input.length::<1>()?,
            b'r' | b'j' => self.input.length::<4>()?,
            _ => self.memo.len() as u64,
        };
        if matches!(code, b'g' | b'h' | b'j') {
            let known = self.memo.get(&place).copied().ok_or_else(|| broken("asks for what it never put aside"))?;
            self.stack.push(Slot::Value(known));
        } else {
            let top = self.top()?;
            self.memo.insert(place, top);
        }
        Ok(())
    }

    fn push(&mut self, value: Value) -> Result<(), Fault> {
        // One instruction, one value: the pickle's length bounds the number.
        let id = Id::try_from(self.values.len()).map_err(|_| broken("is too long"))?;
        self.values.push(value);
        self.stack.push(Slot::Value(id));
        Ok(())
    }

    fn value(&self, id: Id) -> &Value {
        self.values.get(id as usize).unwrap_or(&Value::None)
    }

    fn pop(&mut self) -> Result<Id, Fault> {
        match self.stack.pop() {
            Some(Slot::Value(id)) => Ok(id),
            _ => Err(broken("takes what is not there")),
        }
    }

    fn top(&self) -> Result<Id, Fault> {
        match self.stack.last() {
            Some(Slot::Value(id)) => Ok(*id),
            _ => Err(broken("takes what is not there")),
        }
    }

    /// The values above the last mark, which goes with them.
    fn take_to_mark(&mut self) -> Result<Vec<Id>, Fault> {
        let mark = self.stack.iter().rposition(|slot| matches!(slot, Slot::Mark));
        let mark = mark.ok_or_else(|| broken("takes what is not there"))?;
        let ids = self.stack.drain(mark..).filter_map(|slot| match slot {
            Slot::Value(id) => Some(id),
            Slot::Mark => None,
        });
        Ok(ids.collect())
    }
}

fn refused(module: &str, name: &str) -> Fault {
    Fault::Refused(shown(&format!("{module}.{name}")))
}

/// A whole number of up to 8 bytes, the lowest first, in two's complement. PyTorch marks its old files by one of 10
/// bytes, which is compared before the reading; here any longer one is refused.
fn long(bytes: &[u8]) -> Result<i64, Fault> {
    if bytes.len() > 8 {
        return Err(broken("holds a number of more than 64 bits"));
    }
    let fill = if bytes.last().is_some_and(|b| b & 0x80 != 0) { 0xff } else { 0 };
    let mut wide = [fill; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    Ok(i64::from_le_bytes(wide))
}

/// What a value is, where Python would call it or make an object of it.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Name(name) => name.words(),
        Value::Tensor(_) => "a tensor",
        Value::Storage(_) => "a storage",
        Value::Dict(_) => "a dict",
        Value::List(_) | Value::Tuple(_) => "a list",
        Value::Text(_) | Value::Bytes(_) => "a string",
        Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) => "a number",
    }
}
