-- One row per event of daily attendance: what its category means for the day.
{{ attendance_events_with_meaning(
    ref('stg_edfi__student_school_attendance_events'), ['attendance_event_key']
) }}
