//! What is painted here is seen elsewhere.

mod drawing;
mod rubbish;
mod scrolling;
