{#
    record_rules(): which rows of an entity count where a district has, or had, more than one system of
    record: `group`, the group of entities of seed system_of_record, and one of

    dated       the column with the date of the row: the source of record on that date. A list [entity,
                key, column, school year] finds the date in another entity of the same source; where it
                has none, the last day of the school year counts
    spans       [first, last]: cut to the days on which the source is of record. What both sources say of
                one `stay` (columns) on both sides of a handover is one row: as the later one says, with
                the first day and the columns `of_entry` of the earlier one, and of the columns
                `if_same` what both say. `key` is the key of a row
    keyed       the columns of a key: of the sources that hold it, the one that is or was of record last.
                `beside` is the entity in which some sources tell the same
    current     true: the source of record on the as-of date alone
    within      true: every source's rows; models join them to rows of the same source

    `numbered_by_source` are columns that a source numbers by itself: another's number 1 is another thing.
#}
{% macro record_rules() -%}
    {%- set student_incidents = {
        'group': 'behavior',
        'dated': ['discipline_incidents', 'incident_key', 'incident_date'],
        'numbered_by_source': ['incident_key'],
    } -%}
    {{ return({
        'students': {'group': 'students', 'keyed': ['student_key']},
        'student_demographics': {
            'group': 'students', 'keyed': ['student_key'], 'beside': 'older_student_demographics',
        },
        'older_student_demographics': {
            'group': 'students', 'keyed': ['student_key'], 'beside': 'student_demographics',
        },
        'student_identifiers': {
            'group': 'students',
            'keyed': ['student_key', 'identification_system_code', 'identification_code'],
            'beside': 'older_student_identifiers',
        },
        'older_student_identifiers': {
            'group': 'students',
            'keyed': ['student_key', 'identification_system_code', 'identification_code'],
            'beside': 'student_identifiers',
        },
        'schools': {'group': 'enrollment', 'keyed': ['school_key']},
        'districts': {'group': 'enrollment', 'keyed': ['local_education_agency_id']},
        'enrollments': {
            'group': 'enrollment',
            'spans': ['first_date', 'last_date'],
            'stay': ['student_key', 'school_key'],
            'key': 'enrollment_key',
            'of_entry': ['enrollment_type_code', '_load_id'],
            'if_same': ['calendar_code'],
        },
        'calendars': {'group': 'calendar', 'within': true},
        'calendar_dates': {'group': 'calendar', 'dated': 'calendar_date'},
        'attendance_events': {'group': 'attendance', 'dated': 'event_date'},
        'section_attendance_events': {'group': 'attendance', 'dated': 'event_date'},
        'sessions': {'group': 'academics', 'dated': 'end_date'},
        'grading_periods': {'group': 'academics', 'dated': 'end_date'},
        'courses': {'group': 'academics', 'keyed': ['course_key']},
        'course_offerings': {'group': 'academics', 'keyed': ['course_offering_key']},
        'sections': {'group': 'academics', 'keyed': ['section_key']},
        'course_levels': {'group': 'academics', 'within': true},
        'course_offering_levels': {'group': 'academics', 'within': true},
        'section_levels': {'group': 'academics', 'within': true},
        'section_enrollments': {
            'group': 'academics',
            'spans': ['begin_date', 'end_date'],
            'stay': ['student_key', 'section_key'],
        },
        'marks': {
            'group': 'academics',
            'dated': ['grading_periods', 'grading_period_key', 'end_date', 'period_school_year'],
            'numbered_by_source': ['_record_key'],
        },
        'course_transcripts': {'group': 'academics', 'keyed': ['student_key', 'school_year']},
        'reported_gpas': {'group': 'academics', 'keyed': ['student_key', 'school_year']},
        'academic_records': {'group': 'academics', 'keyed': ['student_key', 'school_year']},
        'learning_standards': {'group': 'academics', 'keyed': ['learning_standard_key']},
        'discipline_incidents': {
            'group': 'behavior',
            'dated': 'incident_date',
            'numbered_by_source': ['incident_key'],
        },
        'student_incident_behaviors': student_incidents,
        'student_incident_non_offenders': student_incidents,
        'older_student_incidents': student_incidents,
        'discipline_actions': {'group': 'behavior', 'dated': 'action_date'},
        'discipline_action_disciplines': {'group': 'behavior', 'dated': 'action_date'},
        'program_participations': {
            'group': 'programs',
            'spans': ['begin_date', 'end_date'],
            'stay': ['student_key', 'education_organization_id', 'program_name', 'program_type'],
            'key': 'participation_key',
            'of_entry': ['_load_id'],
        },
        'interventions': {'group': 'programs', 'keyed': ['intervention_key']},
        'student_interventions': {
            'group': 'programs', 'keyed': ['student_key', 'intervention_key'],
        },
        'staff': {'group': 'staff', 'keyed': ['staff_key']},
        'staff_directories': {'group': 'staff', 'current': true},
        'staff_of_sections': {
            'group': 'staff',
            'spans': ['begin_date', 'end_date'],
            'stay': ['staff_key', 'section_key', 'position_code'],
        },
        'staff_of_schools': {'group': 'staff', 'current': true},
        'staff_positions': {
            'group': 'staff',
            'spans': ['begin_date', 'end_date'],
            'stay': ['staff_key', 'education_organization_id', 'classification_code'],
        },
        'code_mappings': {'group': '*', 'within': true},
    }) }}
{%- endmacro %}
