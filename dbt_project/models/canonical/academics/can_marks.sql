-- One row per mark of a source that says something (a letter or a number), with its kind.
with

marks as (
    {{ union_of_sources('marks', {
        '_record_key': 'text',
        'student_key': 'bigint',
        'section_key': 'bigint',
        'grading_period_key': 'bigint',
        'period_school_id': 'text',
        'period_school_year': 'integer',
        'local_course_key': 'bigint',
        'grade_type_namespace': 'text',
        'grade_type_code': 'text',
        'letter_grade': 'text',
        'numeric_grade': 'numeric',
        '_load_id': 'bigint',
    }) }}
),

known_loads as (
    select * from {{ ref('stg_ops__load_known_on') }}
),

code_mappings as (
    select * from {{ ref('can_code_mappings') }}
),

grade_types as (
    {{ codes_of_sources(ref('xwalk_grade_types'), ['grade_type_code']) }}
),

typed as (
    select
        {{ surrogate_key(['marks._record_key']) }} as mark_key,
        marks.student_key,
        marks.section_key,
        marks.grading_period_key,
        {{ surrogate_key(['marks.period_school_id']) }} as school_key,
        marks.period_school_year as school_year,
        marks.local_course_key,
        marks.grade_type_code,
        -- what the source says a code stands for comes before the code itself
        coalesce(mapped_types.grade_type, own_types.grade_type, 'unmapped') as grade_type,
        marks.letter_grade,
        marks.numeric_grade,
        known_loads.known_on,
        marks.source_system,
        marks.source_instance
    from marks
    left join known_loads
        on known_loads.load_id = marks._load_id
    left join code_mappings
        on code_mappings.source_system = marks.source_system
        and code_mappings.source_instance = marks.source_instance
        and code_mappings.descriptor_namespace = marks.grade_type_namespace
        and code_mappings.code = marks.grade_type_code
    left join grade_types as mapped_types
        on mapped_types.code_source = marks.source_system
        and mapped_types.grade_type_code = code_mappings.mapped_code
    left join grade_types as own_types
        on own_types.code_source = marks.source_system
        and own_types.grade_type_code = marks.grade_type_code
    where marks.letter_grade is not null
        or marks.numeric_grade is not null
)

select * from typed
