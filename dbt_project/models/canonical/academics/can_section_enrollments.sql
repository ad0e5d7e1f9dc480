-- One row per student, section and begin date: the time a student was in a class.
with

student_sections as (
    {{ union_of_sources('section_enrollments', {
        'student_key': 'bigint',
        'section_key': 'bigint',
        'school_key': 'bigint',
        'session_key': 'bigint',
        'school_year': 'integer',
        'is_homeroom': 'boolean',
        'begin_date': 'date',
        'end_date': 'date',
    }) }}
),

sessions as (
    select * from {{ ref('can_sessions') }}
),

with_latest_end as (
    select
        student_sections.student_key,
        student_sections.section_key,
        student_sections.school_key,
        student_sections.is_homeroom,
        student_sections.begin_date,
        student_sections.end_date,
        -- a session that was over before the class began says nothing of its end
        case
            when sessions.end_date >= student_sections.begin_date then sessions.end_date
            else {{ last_day_of_school_year('student_sections.school_year') }}
        end as latest_end_date,
        student_sections.source_system,
        student_sections.source_instance
    from student_sections
    left join sessions
        on sessions.session_key = student_sections.session_key
),

ended as (
    select
        {{ surrogate_key(['student_key', 'section_key', 'begin_date']) }} as section_enrollment_key,
        student_key,
        section_key,
        school_key,
        is_homeroom,
        begin_date,
        -- a class left open, or closed late, must not outlast its session: on later days it would
        -- be a class that was not missed
        least(coalesce(end_date, latest_end_date), coalesce(latest_end_date, end_date)) as end_date,
        source_system,
        source_instance
    from with_latest_end
)

select * from ended
