//! The gateway with a desktop of our own and with xrdp.

mod drawing;
mod ending;
mod real;
mod refusing;
mod support;
mod taking_part;
mod typing;
