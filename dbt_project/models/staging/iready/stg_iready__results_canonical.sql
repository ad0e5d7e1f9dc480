-- One row per i-Ready diagnostic, in the shape that every source of results shares.
with

diagnostic_results as (
    select * from {{ ref('stg_iready__diagnostic_results') }}
),

windowed as (
    select
        diagnostic_results.result_id,
        diagnostic_results.source_instance,
        diagnostic_results.subject_code,
        diagnostic_results.language_code,
        diagnostic_results.student_id,
        diagnostic_results.academic_year,
        diagnostic_results.test_grade_code,
        diagnostic_results.performance_level_code,
        diagnostic_results.started_on,
        diagnostic_results.administered_on,
        diagnostic_results.duration_minutes,
        diagnostic_results._source_ref,
        diagnostic_results._load_id,
        diagnostic_results._loaded_at,
        diagnostic_results.overall_scale_score,
        diagnostic_results.window_name,
        diagnostic_results.source_invalid_reason,
        -- the vendor's norming windows: fall to 15 November, winter to 1 March, spring after it
        coalesce(diagnostic_results.window_name, case
            when diagnostic_results.administered_on is null then null
            when extract(month from diagnostic_results.administered_on) * 100
                + extract(day from diagnostic_results.administered_on) between 302 and 731
                then 'spring'
            when extract(month from diagnostic_results.administered_on) * 100
                + extract(day from diagnostic_results.administered_on) between 801 and 1115
                then 'fall'
            else 'winter'
        end) as known_window_name
    from diagnostic_results
),

ranked as (
    select
        windowed.result_id,
        windowed.source_instance,
        windowed.subject_code,
        windowed.language_code,
        windowed.academic_year,
        windowed.test_grade_code,
        windowed.performance_level_code,
        windowed.administered_on,
        windowed._source_ref,
        windowed._load_id,
        windowed._loaded_at,
        windowed.window_name,
        windowed.source_invalid_reason,
        windowed.known_window_name,
        -- two counted diagnostics of a subject on one day: the later start, then the longer. One
        -- that two accounts list is one
        dense_rank() over (
            partition by
                windowed.student_id, windowed.subject_code, windowed.language_code,
                windowed.administered_on,
                case
                    when windowed.source_invalid_reason is not null
                        or windowed.student_id is null
                        or windowed.overall_scale_score is null then windowed.result_id
                end
            order by
                windowed.started_on desc nulls last,
                windowed.duration_minutes desc nulls last,
                {{ key_in_instance('windowed.result_id', 'windowed.source_instance') }}
        ) as preference
    from windowed
),

canonical as (
    select
        'iready' as source,
        'diagnostic_results' as feed,
        ranked.result_id,
        ranked.source_instance,
        'i-Ready Diagnostic ' || ranked.subject_code as assessment_identifier,
        case ranked.subject_code
            when 'ela' then 'i-Ready Diagnostic ELA'
            when 'math' then 'i-Ready Diagnostic Math'
            else 'i-Ready Diagnostic'
        end as assessment_title,
        'iready' as assessment_family,
        ranked.subject_code,
        ranked.language_code,
        coalesce(
            {{ vendor_school_year('ranked.academic_year') }},
            {{ school_year_of('ranked.administered_on') }}
        ) as school_year,
        ranked.known_window_name as window_name,
        ranked.test_grade_code,
        ranked.administered_on,
        -- the file says how long a diagnostic took, not when on the day
        cast(null as {{ dbt.type_string() }}) as test_time,
        'iready: ' || ranked.known_window_name || ' norming window' as norm_set,
        ranked.performance_level_code,
        ranked.source_invalid_reason,
        ranked.preference > 1 as is_superseded,
        ranked._source_ref,
        ranked._load_id,
        ranked._loaded_at
    from ranked
)

select * from canonical
