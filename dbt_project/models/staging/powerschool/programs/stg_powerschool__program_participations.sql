-- One row per student, program and first day: special programs, and meals at less than full price.
with

spenrollments as (
    {{ current_rows(source('powerschool', 'spenrollments')) }}
),

gen as (
    {{ current_rows(source('powerschool', 'gen')) }}
),

schools as (
    {{ current_rows(source('powerschool', 'schools')) }}
),

current_enrollments as (
    {{ current_rows(source('powerschool', 'students')) }}
),

reenrollments as (
    {{ current_rows(source('powerschool', 'reenrollments')) }}
),

students as (
    select * from {{ ref('stg_powerschool__students') }}
),

programs as (
    select
        {{ json_text('payload', ['id']) }} as program_id,
        {{ json_text('payload', ['name']) }} as program_name,
        {{ json_text('payload', ['schoolid']) }} as offered_at
    from gen
    where {{ json_text('payload', ['cat']) }} = 'specprog'
),

districts as (
    select
        {{ json_text('payload', ['school_number']) }} as school_id,
        {{ json_text('payload', ['district_number']) }} as district_id
    from schools
),

special_programs as (
    select
        {{ json_text('spenrollments.payload', ['studentid']) }} as powerschool_student_id,
        {{ json_text('spenrollments.payload', ['schoolid']) }} as school_id,
        -- 0 is the district
        coalesce(programs.offered_at, '0') = '0' as is_of_district,
        programs.program_name,
        lower(programs.program_name) as program_type_code,
        {{ safe_date(json_text('spenrollments.payload', ['enter_date'])) }} as begin_date,
        {{ safe_date(json_text('spenrollments.payload', ['exit_date'])) }} as end_date,
        spenrollments.record_key as _record_key,
        spenrollments.load_id as _load_id,
        spenrollments.loaded_at as _loaded_at
    from spenrollments
    inner join programs
        on programs.program_id = {{ json_text('spenrollments.payload', ['programid']) }}
),

-- kept with each enrolment, without dates of its own; 999999 is the school of those who graduated,
-- and who has no day of entry was never there
statuses as (
    select
        {{ json_text('payload', ['id']) }} as powerschool_student_id,
        {{ json_text('payload', ['enrollment_schoolid']) }} as school_id,
        lower({{ json_text('payload', ['lunchstatus']) }}) as lunch_status,
        {{ safe_date(json_text('payload', ['entrydate'])) }} as entry_date,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from current_enrollments
    where {{ json_text('payload', ['schoolid']) }} != '999999'
        and {{ json_text('payload', ['entrydate']) }} is not null
    union all
    select
        {{ json_text('payload', ['studentid']) }} as powerschool_student_id,
        {{ json_text('payload', ['schoolid']) }} as school_id,
        lower({{ json_text('payload', ['lunchstatus']) }}) as lunch_status,
        {{ safe_date(json_text('payload', ['entrydate'])) }} as entry_date,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from reenrollments
    where {{ json_text('payload', ['entrydate']) }} is not null
),

compared as (
    select
        statuses.powerschool_student_id,
        statuses.school_id,
        statuses.lunch_status,
        statuses.entry_date,
        statuses._record_key,
        statuses._load_id,
        statuses._loaded_at,
        coalesce(lag(statuses.lunch_status) over (
            partition by statuses.powerschool_student_id
            order by statuses.entry_date, statuses._record_key
        ), '') as status_before
    from statuses
),

-- enrolments one after the other with one status are one participation
changed as (
    select
        compared.powerschool_student_id,
        compared.school_id,
        compared.lunch_status,
        compared.entry_date,
        compared._record_key,
        compared._load_id,
        compared._loaded_at,
        lead(compared.entry_date) over (
            partition by compared.powerschool_student_id
            order by compared.entry_date, compared._record_key
        ) as next_entry_date
    from compared
    where coalesce(compared.lunch_status, '') != compared.status_before
),

-- P pays in full
meals as (
    select
        changed.powerschool_student_id,
        changed.school_id,
        true as is_of_district,
        'School Food Service' as program_name,
        'lunch status ' || changed.lunch_status as program_type_code,
        changed.entry_date as begin_date,
        {{ days_before(1, 'changed.next_entry_date') }} as end_date,
        changed._record_key,
        changed._load_id,
        changed._loaded_at
    from changed
    where changed.lunch_status != 'p'
),

together as (
    select * from special_programs
    union all
    select * from meals
),

placed as (
    select
        students.student_key,
        students.student_id,
        case
            when together.is_of_district then coalesce(districts.district_id, together.school_id)
            else together.school_id
        end as education_organization_id,
        together.program_name,
        together.program_type_code,
        together.begin_date,
        together.end_date,
        cast(null as date) as exit_date,
        together._record_key,
        together._load_id,
        together._loaded_at
    from together
    inner join students
        on students.powerschool_student_id = together.powerschool_student_id
    left join districts
        on districts.school_id = together.school_id
),

newest as (
    {{ newest_version('placed', [
        'student_id', 'education_organization_id', 'program_name', 'begin_date',
    ], {
        'participation_key': surrogate_key([
            "'powerschool programs'", 'student_id', 'education_organization_id', 'program_name',
            'begin_date',
        ]),
    }) }}
)

select * from newest
