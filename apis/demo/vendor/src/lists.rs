//! Functions on the application's own data: trees, and lists of numbers.

use std::ffi::c_void;

use crate::raw::{In, Out};
use crate::status::{Error, Status, call, ensure};

symbols! { "DEMO_1.0": dmTreeSum dmTreeNegate dmCast dmTransform dmSort }

/// `dm_node`, to read.
#[derive(Debug)]
#[repr(C)]
struct Node {
    value: i64,
    left: In<Node>,
    right: In<Node>,
}

/// `dm_node`, to change.
#[derive(Debug)]
#[repr(C)]
struct NodeMut {
    value: i64,
    left: Out<NodeMut>,
    right: Out<NodeMut>,
}

#[unsafe(no_mangle)]
extern "C" fn dmTreeSum(root: In<Node>, sum: Out<i64>) -> Status {
    call(|| {
        sum.check()?;
        let mut total = 0i64;
        let mut rest = vec![root];
        while let Some(node) = rest.pop() {
            if let Some(node) = node.get() {
                total = total.wrapping_add(node.value);
                rest.extend([node.left, node.right]);
            }
        }
        sum.set(total);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmTreeNegate(root: Out<NodeMut>) -> Status {
    call(|| {
        let mut rest = vec![root];
        while let Some(node) = rest.pop() {
            if let Some(node) = node.get() {
                node.value = node.value.wrapping_neg();
                rest.extend([node.left, node.right]);
            }
        }
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmCast(kind: u32, data: In<c_void>, count: u32, sum: Out<f64>) -> Status {
    call(|| {
        sum.check()?;
        let count = count as usize;
        sum.set(match kind {
            1 => data.cast::<i32>().slice(count)?.iter().map(|&x| f64::from(x)).sum(),
            2 => data.cast::<i64>().slice(count)?.iter().map(|&x| x as f64).sum(),
            3 => data.cast::<f32>().slice(count)?.iter().map(|&x| f64::from(x)).sum(),
            4 => data.cast::<f64>().slice(count)?.iter().sum(),
            _ => return Err(Error::InvalidValue),
        });
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn dmTransform(values: Out<f64>, n: usize) -> Status {
    call(|| {
        let values = values.slice(n)?;
        ensure(!values.iter().any(|&value| value < 0.0), Error::InvalidValue)?;
        values.iter_mut().for_each(|value| *value *= *value);
        Ok(())
    })
}

/// Merges two sorted lists; of equal elements, those of the first come first.
fn merge(a: &[i64], b: &[i64], compare: extern "C" fn(i64, i64) -> i32, out: &mut Vec<i64>) {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    loop {
        let next = match (a.peek(), b.peek()) {
            (Some(&&x), Some(&&y)) if compare(x, y) <= 0 => a.next(),
            (Some(_), None) => a.next(),
            (_, Some(_)) => b.next(),
            (None, None) => return,
        };
        out.extend(next);
    }
}

/// A merge sort of our own: the standard library's may panic if an order is none, and how it asks is not said.
#[unsafe(no_mangle)]
extern "C" fn dmSort(values: Out<i64>, n: usize, compare: Option<extern "C" fn(i64, i64) -> i32>) -> Status {
    call(|| {
        let compare = compare.ok_or(Error::InvalidValue)?;
        // The comparison may look at the values, so they change only in the end.
        let mut sorted = values.slice(n)?.to_vec();
        let mut run = 1;
        while run < n {
            let mut merged = Vec::with_capacity(n);
            for pair in sorted.chunks(2 * run) {
                let (a, b) = pair.split_at(run.min(pair.len()));
                merge(a, b, compare, &mut merged);
            }
            sorted = merged;
            run *= 2;
        }
        values.set_all(sorted);
        Ok(())
    })
}
