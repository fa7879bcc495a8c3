//! How a row finds its nearest centroid.
//!
//! Every variant gives the same labels: the centroid with the least [`crate::kernel::distance`],
//! the lowest index on ties. A variant may remember what it likes from one question to the next;
//! what it forgets costs time, never a label.

mod bound;
pub mod certify;
pub mod chooser;
pub mod clusters;
pub mod elkan;
pub mod filtering;
pub mod hamerly;
pub mod lloyd;
pub mod projected;
pub mod yinyang;

pub use chooser::{Algorithm, Assign, Chooser};
pub use elkan::{Elkan, Fences};
pub use filtering::{Cells, Filtering};
pub use hamerly::{Bounds, Hamerly};
pub use lloyd::Lloyd;
pub use projected::{Heads, Projected};
pub use yinyang::{Groups, Yinyang};
