-- One row per result and growth percentile among its scores, of the pair of windows that the
-- crosswalk knows the kind of score to mean; of an unknown pair where the kind does not say.
with

scores as (
    select * from {{ ref('stg_edfi__scores') }}
),

methods as (
    {{ district_rows(ref('xwalk_assessment_score_methods'), ['source', 'method_code']) }}
),

measured as (
    select
        scores.source,
        scores.result_id,
        scores.source_instance,
        coalesce(methods.from_window, 'unknown') as from_window,
        coalesce(methods.to_window, 'unknown') as to_window,
        scores.value_num as growth_percentile,
        -- several kinds may mean one pair: the crosswalk says which one speaks first
        row_number() over (
            partition by scores.result_id, methods.from_window, methods.to_window
            order by methods.preference nulls last, scores.method_code
        ) as preference
    from scores
    inner join methods
        on methods.source = scores.source
        and methods.method_code = scores.method_code
        and methods.method = 'growth_percentile'
    where scores.value_num between 1 and 99
),

growth as (
    select
        measured.source,
        measured.result_id,
        measured.source_instance,
        measured.from_window,
        measured.to_window,
        measured.growth_percentile
    from measured
    where measured.preference = 1
)

select * from growth
