//! The gateway as people meet it: real `ssh`, `sftp` and `sshpass` in front of it, a real `sshd` or a
//! target of our own behind it.

mod carrying;
mod ending;
mod pages;
mod refusing;
mod signing_in;
mod support;
mod taking_part;
mod terminals;
mod transfers;
