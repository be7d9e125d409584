//! A pickle reader that builds numbers, strings, lists, tuples, dicts and tensors, and nothing else.
//!
//! A pickle is a program for a stack machine, and in Python it can call anything. This machine knows the instructions
//! that data needs, protocols 0 to 5 (the list is in CPython, Lib/pickletools.py), and a few names of PyTorch that
//! stand for tensors. Every other name ends the reading with a sentence that holds it. Nothing is ever called.
//!
//! Values lie in one list and refer to each other by their numbers, so that neither depth nor cycles cost anything,
//! and each instruction makes one value at most: memory and time are bounded by the length of the pickle.

mod input;
mod machine;
mod names;
mod value;

pub(super) use machine::read;
pub(super) use value::{Id, StorageRef, TensorRef, Tree, Value};

/// The longest pickle that is read: the largest models have some hundred kilobytes.
const MOST_BYTES: usize = 16 << 20;
/// The most values that a pickle makes: the largest models have some ten thousand.
const MOST_VALUES: usize = 1 << 20;
