//! What a screen promises, under anything that a target may write.

mod flood;
mod modes;
mod output;
mod repeat;
mod restore;
mod survive;
