-- One row per event of daily attendance: what its category means for the day.
{{ attendance_events_with_meaning('attendance_events', ['attendance_event_key']) }}
