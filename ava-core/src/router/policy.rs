//! Policies: who may use how much of a resource.

/// A way to share a resource out among tenants.
///
/// A specification names one for a resource, `#[policy(PATH)] static R: ..;`, as its author knows what the resource is: device
/// memory wants a quota, device time a fair share. For every [charge](super::gate::charge) a policy is to decide whether the call
/// goes on, waits, or is refused with the API's `refused` status. So far a policy is only known by its name: charges are
/// counted, and nothing is held back.
pub trait Policy {
    /// What `ava ps` and a configuration call it.
    const NAME: &'static str;
}
