//! Cuts a recipe line into parts and words, and remembers where each stood.

use std::fmt;

/// A line that is no recipe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct RecipeError {
    pub line: String,
    /// The character (counted from 0, in Unicode scalar values) where the fault lies.
    pub column: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for RecipeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}”, character {}: {}", self.line.trim_end(), self.column + 1, self.message)
    }
}

impl RecipeError {
    /// A fault at byte `offset` of `line`.
    pub fn at(line: &str, offset: usize, message: impl Into<String>) -> Self {
        let column = line.get(..offset).map_or(0, |before| before.chars().count());
        Self { line: line.to_owned(), column, message: message.into() }
    }

    /// The line with a caret under the fault, on two lines, for a terminal or a text field.
    pub fn pointed(&self) -> String {
        format!("{}\n{}^", self.line, " ".repeat(self.column))
    }
}

/// A piece of the line between bars, trimmed; `start` is its byte offset in the line.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    pub start: usize,
    pub text: &'a str,
}

/// Cuts `line` at every bar that stands outside double quotes.
///
/// # Errors
/// When a quote is opened and not closed.
pub fn split(line: &str) -> Result<impl Iterator<Item = Part<'_>>, RecipeError> {
    let mut opened = None;
    let mut cuts = Vec::new();
    let mut before = '|';
    let mut rest = line.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let edge = |c: char| c == '|' || c.is_whitespace();
        let after = rest.peek().map_or('|', |&(_, c)| c);
        // A quote within a word belongs to a file's name.
        match (c, opened) {
            ('"', None) if edge(before) => opened = Some(at),
            ('"', Some(_)) if edge(after) => opened = None,
            ('|', None) => cuts.push(at),
            _ => {}
        }
        before = c;
    }
    if let Some(at) = opened {
        return Err(RecipeError::at(line, at, "this quote is opened and never closed"));
    }
    cuts.push(line.len());
    let mut start = 0;
    Ok(cuts.into_iter().map(move |end| {
        let part = trimmed(line, start, end);
        start = end + 1;
        part
    }))
}

fn trimmed(line: &str, start: usize, end: usize) -> Part<'_> {
    let raw = line.get(start..end).unwrap_or("");
    Part { start: start + (raw.len() - raw.trim_start().len()), text: raw.trim() }
}

/// `text` without one pair of surrounding double quotes.
pub fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text)
}

/// `text` in double quotes where it would otherwise be misread: for a bar, a quote, a name before it, outer space, or
/// the word that stands for the reference.
pub fn quoted(text: &str) -> String {
    let plain = text.trim() == text && text != super::SOURCE && !text.contains(['|', '"']) && !text.contains(" = ");
    if plain { text.to_owned() } else { format!("\"{text}\"") }
}

/// The words of one stage, read from the left.
pub struct Words<'a> {
    line: &'a str,
    start: usize,
    rest: &'a str,
}

impl<'a> Words<'a> {
    pub fn new(line: &'a str, part: Part<'a>) -> Self {
        Self { line, start: part.start, rest: part.text }
    }

    /// A fault at byte `offset`.
    pub fn error(&self, offset: usize, message: impl Into<String>) -> RecipeError {
        RecipeError::at(self.line, offset, message)
    }

    /// The next word and its offset; `what` says what was hoped for, should there be none.
    ///
    /// # Errors
    /// At the end of the stage.
    pub fn word(&mut self, what: &str) -> Result<(usize, &'a str), RecipeError> {
        if self.rest.is_empty() {
            return Err(self.error(self.start, format!("{what} is missing here")));
        }
        let end = self.rest.find(char::is_whitespace).unwrap_or(self.rest.len());
        let (at, word) = (self.start, &self.rest[..end]);
        let after = self.rest[end..].trim_start();
        self.start += self.rest.len() - after.len();
        self.rest = after;
        Ok((at, word))
    }

    /// A number between `low` and `high`.
    ///
    /// # Errors
    /// When the next word is none, or outside.
    pub fn number(&mut self, what: &str, low: f64, high: f64) -> Result<f64, RecipeError> {
        let (at, word) = self.word(what)?;
        self.checked(at, word, what, low, high)
    }

    /// A whole number between `low` and `high`.
    ///
    /// # Errors
    /// When the next word is none, or outside.
    pub fn whole(&mut self, what: &str, (low, high): (u64, u64)) -> Result<u64, RecipeError> {
        let (at, word) = self.word(what)?;
        self.checked_whole(at, word, what, (low, high))
    }

    fn checked_whole(&self, at: usize, word: &str, what: &str, (low, high): (u64, u64)) -> Result<u64, RecipeError> {
        match word.parse::<u64>() {
            Ok(n) if (low..=high).contains(&n) => Ok(n),
            _ => Err(self.error(at, format!("{what} is a whole number from {low} to {high}, not “{word}”"))),
        }
    }

    fn checked(&self, at: usize, word: &str, what: &str, low: f64, high: f64) -> Result<f64, RecipeError> {
        match word.parse::<f64>() {
            Ok(n) if (low..=high).contains(&n) => Ok(n),
            Ok(_) => Err(self.error(at, format!("{what} goes from {low} to {high}, not {word}"))),
            Err(_) => Err(self.error(at, format!("{what} is a number such as {}, not “{word}”", high.min(2.0)))),
        }
    }

    /// The rest of the stage: words `key=value` in any order, each key one of `keys` and there once.
    ///
    /// # Errors
    /// At a word that is no such pair, an unknown key, a key that comes again.
    pub fn options(&mut self, keys: &[&str]) -> Result<Vec<Given<'a>>, RecipeError> {
        let mut found: Vec<Given<'a>> = Vec::new();
        let hint = match keys {
            [] => "nothing more belongs here".to_owned(),
            keys => format!("here may stand {}", keys.iter().map(|k| format!("{k}=…")).collect::<Vec<_>>().join(", ")),
        };
        let bar = "put a bar “|” before the next stage";
        while !self.rest.is_empty() {
            let (at, word) = self.word("an option")?;
            let Some((key, value)) = word.split_once('=') else {
                return Err(self.error(at, format!("“{word}” is one word too many: {hint}; {bar}")));
            };
            if !keys.contains(&key) {
                let near = nearest(key, keys.iter().copied()).map(|near| format!("; did you mean “{near}”?"));
                return Err(self.error(at, format!("“{key}” is not known: {hint}{}", near.unwrap_or_default())));
            }
            if found.iter().any(|given| given.key == key) {
                return Err(self.error(at, format!("“{key}” is given twice")));
            }
            found.push(Given { key, at: at + key.len() + 1, value });
        }
        Ok(found)
    }

    /// The number given for `key`, if one is.
    ///
    /// # Errors
    /// When the value is no number between `low` and `high`.
    pub fn option(
        &self,
        given: &[Given<'_>],
        key: &str,
        what: &str,
        (low, high): (f64, f64),
    ) -> Result<Option<f64>, RecipeError> {
        let Some(given) = given.iter().find(|given| given.key == key) else { return Ok(None) };
        self.checked(given.at, given.value, what, low, high).map(Some)
    }

    /// The whole number given for `key`, if one is.
    ///
    /// # Errors
    /// When the value is no whole number between `low` and `high`.
    pub fn whole_option(
        &self,
        given: &[Given<'_>],
        key: &str,
        what: &str,
        (low, high): (u64, u64),
    ) -> Result<Option<u64>, RecipeError> {
        let given = given.iter().find(|given| given.key == key);
        given.map(|given| self.checked_whole(given.at, given.value, what, (low, high))).transpose()
    }

    /// All that is left of the stage, quotes taken off.
    ///
    /// # Errors
    /// At the end of the stage.
    pub fn remainder(&mut self, what: &str) -> Result<(usize, &'a str), RecipeError> {
        if self.rest.is_empty() {
            return Err(self.error(self.start, format!("{what} is missing here")));
        }
        let (at, text) = (self.start, unquoted(self.rest));
        self.start += self.rest.len();
        self.rest = "";
        Ok((at, text))
    }

    /// # Errors
    /// When words are left over.
    pub fn end(&mut self) -> Result<(), RecipeError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(self
            .error(self.start, format!("“{}” is one word too many; put a bar “|” before the next stage", self.rest)))
    }
}

/// A word `key=value`; `at` is the value's byte offset in the line.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    pub key: &'a str,
    pub at: usize,
    pub value: &'a str,
}

/// The one of `names` that is spelled most like `word`, if any is near.
pub fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    names.map(|n| (strsim::levenshtein(word, n), n)).filter(|&(d, n)| d <= n.len().max(3) / 2).min().map(|(_, n)| n)
}
