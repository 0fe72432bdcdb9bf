//! `ava ps`: the table of sessions, and of what they use.

use crate::{control::SessionReport, table};

/// The table of `sessions`, for people.
pub fn render(sessions: &[SessionReport]) -> String {
    let columns = [
        ("SESSION", true),
        ("USER", false),
        ("PID", true),
        ("API", false),
        ("CALLS", true),
        ("ASYNC", true),
        ("IN", true),
        ("OUT", true),
        ("AGE", true),
        ("STATE", false),
        ("PROGRAM", false),
    ];
    let rows: Vec<_> = sessions.iter().map(row).collect();
    table::render(&columns, &rows)
}

fn row(session: &SessionReport) -> Vec<String> {
    let calls = session.sync_calls.wrapping_add(session.async_calls);
    let share = if calls == 0 {
        "-".into()
    } else {
        format!("{:.0}%", 100.0 * session.async_calls as f64 / calls as f64)
    };
    let state = match (&session.end, session.idle_ms) {
        (Some(reason), _) => format!("ended: {reason}"),
        (None, Some(ms)) if ms < 1000 => "active".into(),
        (None, Some(ms)) => format!("idle {}", table::duration(ms)),
        (None, None) => "no calls".into(),
    };
    vec![
        session.id.to_string(),
        session.user.clone(),
        session.pid.to_string(),
        session.api.clone(),
        calls.to_string(),
        share,
        table::bytes(session.bytes_in),
        table::bytes(session.bytes_out),
        table::duration(session.age_ms),
        state,
        session.program.clone(),
    ]
}

/// The table of what `sessions` use, for people. Amounts are in the units of the API's specification.
pub fn render_resources(sessions: &[SessionReport]) -> String {
    let columns = [
        ("SESSION", true),
        ("USER", false),
        ("API", false),
        ("RESOURCE", false),
        ("USED", true),
        ("HELD", true),
        ("PEAK", true),
        ("POLICY", false),
    ];
    let mut rows = Vec::new();
    for session in sessions {
        rows.extend(session.resources.iter().map(|resource| {
            let amount = resource.amount.to_string();
            let (used, held, peak) = match resource.peak {
                Some(peak) => ("-".into(), amount, peak.to_string()),
                None => (amount, "-".into(), "-".into()),
            };
            let policy = resource.policy.as_deref().unwrap_or("-").to_owned();
            let (user, api, name) = (session.user.clone(), session.api.clone(), resource.name.clone());
            vec![session.id.to_string(), user, api, name, used, held, peak, policy]
        }));
    }
    table::render(&columns, &rows)
}
