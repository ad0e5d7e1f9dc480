-- One row per event of class attendance: what its category means for the class.
{{ attendance_events_with_meaning(
    'section_attendance_events', ['section_attendance_event_key', 'section_key']
) }}
