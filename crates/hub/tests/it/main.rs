//! What the hub promises to gateways, watchers, readers of the list and the ledger.

mod control;
mod desktops;
mod ends;
mod joins;
mod lists;
mod permissions;
mod slow;
mod sources;
mod support;
mod windows;
