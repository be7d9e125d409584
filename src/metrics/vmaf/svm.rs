//! Support vector regression with a radial kernel, read from libsvm's text format.

use super::model::ModelError;

/// Support vectors worked on side by side.
const LANES: usize = 8;

/// f(x) = sum over support vectors of coefficient * exp(-gamma * |x - vector|^2), minus rho. Formula: libsvm
/// (`svm_predict` of a nu-SVR with an RBF kernel).
#[derive(Debug, PartialEq)]
pub struct Svm {
    gamma: f64,
    rho: f64,
    /// One for each support vector.
    coefficients: Vec<f64>,
    /// One list for each dimension, padded with zeros to whole groups of [`LANES`].
    columns: Vec<Vec<f64>>,
}

impl Svm {
    /// Reads `text`. A support vector is written sparsely: a dimension that is not listed is 0, not absent.
    ///
    /// # Errors
    /// [`ModelError::Text`] when a line does not follow the format, or it is another kind of machine.
    pub fn parse(text: &str, dimensions: usize) -> Result<Self, ModelError> {
        let mut svm = Self { gamma: f64::NAN, rho: f64::NAN, coefficients: Vec::new(), columns: Vec::new() };
        let mut total = 0usize;
        let mut lines = text.lines();
        for line in lines.by_ref() {
            let (key, value) = line.split_once(' ').unwrap_or((line, ""));
            match key {
                "SV" => break,
                "svm_type" if value != "nu_svr" => return Err(bad(line)),
                "kernel_type" if value != "rbf" => return Err(bad(line)),
                "gamma" => svm.gamma = number(value, line)?,
                "rho" => svm.rho = number(value, line)?,
                "total_sv" => total = value.parse().map_err(|_| bad(line))?,
                _ => {}
            }
        }
        svm.columns = vec![Vec::new(); dimensions];
        for line in lines.filter(|line| !line.trim().is_empty()) {
            svm.push(line)?;
        }
        let complete = total > 0 && svm.coefficients.len() == total && svm.gamma.is_finite() && svm.rho.is_finite();
        if !complete {
            return Err(bad(&format!("{} of {total} support vectors", svm.coefficients.len())));
        }
        for column in &mut svm.columns {
            column.resize(total.next_multiple_of(LANES), 0.0);
        }
        Ok(svm)
    }

    /// One support vector: its coefficient, then `index:value` with indices from 1.
    fn push(&mut self, line: &str) -> Result<(), ModelError> {
        let mut fields = line.split_ascii_whitespace();
        self.coefficients.push(number(fields.next().unwrap_or(""), line)?);
        let count = self.coefficients.len();
        self.columns.iter_mut().for_each(|column| column.resize(count, 0.0));
        for field in fields {
            let (index, value) = field.split_once(':').ok_or_else(|| bad(line))?;
            let index: usize = index.parse().map_err(|_| bad(line))?;
            let column = index.checked_sub(1).and_then(|i| self.columns.get_mut(i)).ok_or_else(|| bad(line))?;
            column[count - 1] = number(value, line)?;
        }
        Ok(())
    }

    /// Number of inputs.
    pub fn dimensions(&self) -> usize {
        self.columns.len()
    }

    /// The value at `x`, which has [`Self::dimensions`] entries.
    pub fn predict(&self, x: &[f64]) -> f64 {
        let mut sum = 0.0;
        self.kernels(x, |coefficient, kernel, _| sum += coefficient * kernel);
        sum - self.rho
    }

    /// The slope along each dimension at `x`.
    pub fn gradient(&self, x: &[f64]) -> Vec<f64> {
        let mut slopes = vec![0.0; x.len()];
        self.kernels(x, |coefficient, kernel, vector| {
            for ((slope, x), column) in slopes.iter_mut().zip(x).zip(&self.columns) {
                *slope += coefficient * kernel * -2.0 * self.gamma * (x - column[vector]);
            }
        });
        slopes
    }

    /// Hands out coefficient, kernel value and index of each support vector, in order.
    fn kernels(&self, x: &[f64], mut take: impl FnMut(f64, f64, usize)) {
        for (group, coefficients) in self.coefficients.chunks(LANES).enumerate() {
            let first = group * LANES;
            let mut distance = [0.0; LANES];
            for (x, column) in x.iter().zip(&self.columns) {
                for (sum, value) in distance.iter_mut().zip(&column[first..first + LANES]) {
                    *sum += (x - value) * (x - value);
                }
            }
            for (lane, &coefficient) in coefficients.iter().enumerate() {
                take(coefficient, (-self.gamma * distance[lane]).exp(), first + lane);
            }
        }
    }
}

fn number(text: &str, line: &str) -> Result<f64, ModelError> {
    text.trim().parse().ok().filter(|value: &f64| value.is_finite()).ok_or_else(|| bad(line))
}

fn bad(line: &str) -> ModelError {
    ModelError::Text { line: line.chars().take(60).collect() }
}
