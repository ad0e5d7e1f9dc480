-- One row per grading period of a school and school year.
with

grading_periods as (
    {{ current_rows(source('edfi', 'grading_periods')) }}
),

renamed as (
    select
        {{ json_text('payload', ['schoolReference', 'schoolId']) }} as school_id,
        cast({{ safe_numeric(
            json_text('payload', ['schoolYearTypeReference', 'schoolYear'])
        ) }} as integer) as school_year,
        coalesce(
            {{ json_text('payload', ['gradingPeriodName']) }},
            {{ descriptor_code(json_text('payload', ['gradingPeriodDescriptor'])) }}
            || '#' || {{ json_text('payload', ['periodSequence']) }}
        ) as grading_period_name,
        {{ json_text('payload', ['gradingPeriodName']) }} as given_name,
        {{ descriptor_code(json_text('payload', ['gradingPeriodDescriptor'])) }}
            as grading_period_code,
        cast({{ safe_numeric(json_text('payload', ['periodSequence'])) }} as integer)
            as period_sequence,
        {{ safe_date(json_text('payload', ['beginDate'])) }} as begin_date,
        {{ safe_date(json_text('payload', ['endDate'])) }} as end_date,
        cast({{ safe_numeric(json_text('payload', ['totalInstructionalDays'])) }} as integer)
            as total_instructional_days,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from grading_periods
),

newest as (
    {{ newest_version('renamed', ['school_id', 'school_year', 'grading_period_name'], {
        'grading_period_key':
            natural_key('grading_periods', ['school_id', 'school_year', 'grading_period_name']),
        'school_key': surrogate_key(['school_id']),
    }) }}
),

counted as (
    select
        newest.grading_period_key,
        newest.school_key,
        newest.school_id,
        newest.school_year,
        newest.grading_period_name,
        newest.given_name,
        newest.grading_period_code,
        newest.period_sequence,
        newest.begin_date,
        newest.end_date,
        newest.total_instructional_days,
        newest._record_key,
        newest._loaded_at,
        count(*) over (
            partition by newest.school_id, newest.school_year, newest.grading_period_code
        ) as periods_of_the_kind
    from newest
),

-- a period without a name is called by its kind, with its sequence where several have that kind
labelled as (
    select
        counted.grading_period_key,
        counted.school_key,
        counted.school_id,
        counted.school_year,
        counted.grading_period_name,
        coalesce(
            counted.given_name,
            {{ sentence_case('counted.grading_period_code') }}
            || case
                when counted.periods_of_the_kind > 1
                    then ' ' || cast(counted.period_sequence as {{ dbt.type_string() }})
                else ''
            end
        ) as grading_period_label,
        counted.grading_period_code,
        counted.period_sequence,
        counted.begin_date,
        counted.end_date,
        counted.total_instructional_days,
        counted._record_key,
        counted._loaded_at
    from counted
)

select * from labelled
