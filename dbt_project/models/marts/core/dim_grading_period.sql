-- One row per grading period of a school and school year, with its standing on the as-of date.
with

grading_periods as (
    select * from {{ ref('can_grading_periods') }}
),

ordered as (
    select
        grading_periods.grading_period_key,
        grading_periods.school_key,
        grading_periods.school_year,
        grading_periods.grading_period_name,
        grading_periods.period_sequence,
        grading_periods.begin_date,
        grading_periods.end_date,
        grading_periods.total_instructional_days,
        -- the period that contains the date comes before a later one that is over; of two that
        -- contain it the one that began last, then the shorter one
        row_number() over (
            partition by grading_periods.school_key
            order by
                case when grading_periods.begin_date <= {{ as_of_date() }} then 0 else 1 end,
                case when grading_periods.end_date >= {{ as_of_date() }} then 0 else 1 end,
                grading_periods.begin_date desc,
                grading_periods.end_date,
                grading_periods.period_sequence desc,
                grading_periods.grading_period_key
        ) as begun_order,
        -- periods that end on one day (a quarter and its semester) are closed together: the marks
        -- of a student say which of them decides
        rank() over (
            partition by grading_periods.school_key
            order by
                case when grading_periods.end_date <= {{ as_of_date() }} then 0 else 1 end,
                grading_periods.end_date desc
        ) as closed_order
    from grading_periods
),

standing as (
    select
        ordered.grading_period_key,
        ordered.school_key,
        ordered.school_year,
        ordered.grading_period_name,
        ordered.period_sequence,
        ordered.begin_date,
        ordered.end_date,
        ordered.total_instructional_days,
        coalesce(ordered.begun_order = 1 and ordered.begin_date <= {{ as_of_date() }}, false)
            as is_current_or_latest_begun,
        coalesce(ordered.closed_order = 1 and ordered.end_date <= {{ as_of_date() }}, false)
            as is_latest_closed
    from ordered
)

select * from standing
