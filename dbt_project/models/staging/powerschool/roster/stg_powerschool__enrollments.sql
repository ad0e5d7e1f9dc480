-- One row per enrolment: student, school and entry date. STUDENTS holds the current one,
-- REENROLLMENTS the earlier ones and those at a second school.
with

students as (
    {{ current_rows(source('powerschool', 'students')) }}
),

reenrollments as (
    {{ current_rows(source('powerschool', 'reenrollments')) }}
),

numbers as (
    select * from {{ ref('stg_powerschool__students') }}
),

year_terms as (
    select * from {{ ref('stg_powerschool__year_terms') }}
),

together as (
    select
        {{ json_text('payload', ['id']) }} as powerschool_student_id,
        payload,
        true as is_current,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from students
    union all
    select
        {{ json_text('payload', ['studentid']) }} as powerschool_student_id,
        payload,
        false as is_current,
        'reenrollments ' || record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from reenrollments
),

renamed as (
    select
        powerschool_student_id,
        {{ json_text('payload', ['schoolid']) }} as school_id,
        {{ json_text('payload', ['grade_level']) }} as grade_level_code,
        lower({{ json_text('payload', ['exitcode']) }}) as exit_type_code,
        lower({{ json_text('payload', ['entrycode']) }}) as enrollment_type_code,
        {{ safe_date(json_text('payload', ['entrydate'])) }} as first_date,
        -- the first day on which the student was not there any more
        {{ safe_date(json_text('payload', ['exitdate'])) }} as exit_date,
        is_current,
        _record_key,
        _load_id,
        _loaded_at
    from together
    -- graduates are moved to a school that is none; a student who was never there has no school
    where {{ json_text('payload', ['schoolid']) }} != '999999'
        and {{ json_text('payload', ['entrydate']) }} is not null
),

-- an enrolment belongs to the first school year that had not ended when it began
of_years as (
    select
        renamed._record_key,
        min(year_terms.school_year) as school_year,
        min(year_terms.last_day) as last_day_of_year
    from renamed
    inner join year_terms
        on year_terms.school_id = renamed.school_id
        and year_terms.last_day >= renamed.first_date
    group by renamed._record_key
),

-- a second school at the same time is told as an earlier enrolment that has not ended
beside_another as (
    select distinct renamed._record_key
    from renamed
    inner join renamed as others
        on others.powerschool_student_id = renamed.powerschool_student_id
        and others.school_id != renamed.school_id
        and others.is_current
        and others.first_date < renamed.exit_date
        and others.exit_date > renamed.first_date
    where not renamed.is_current
),

dated as (
    select
        numbers.student_key,
        numbers.student_id,
        renamed.school_id,
        of_years.school_year,
        -- a school has one calendar, without a name of its own
        renamed.school_id as calendar_code,
        of_years.school_year as calendar_school_year,
        cast(null as {{ dbt.type_string() }}) as grade_level_namespace,
        renamed.grade_level_code,
        beside_another._record_key is null as is_primary_school,
        renamed.enrollment_type_code,
        renamed.exit_type_code,
        renamed.first_date,
        -- who is still there has the end of the year as exit, and no code
        case
            when renamed.exit_type_code is null
                and (
                    renamed.exit_date is null
                    or renamed.exit_date > of_years.last_day_of_year
                )
                then null
            else {{ days_before(1, 'renamed.exit_date') }}
        end as last_date,
        renamed._record_key,
        renamed._load_id,
        renamed._loaded_at
    from renamed
    inner join numbers
        on numbers.powerschool_student_id = renamed.powerschool_student_id
    left join of_years
        on of_years._record_key = renamed._record_key
    left join beside_another
        on beside_another._record_key = renamed._record_key
),

newest as (
    {{ newest_version('dated', ['student_id', 'school_id', 'first_date'], {
        'enrollment_key': surrogate_key(['student_id', 'school_id', 'first_date']),
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
