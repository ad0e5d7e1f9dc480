-- One row per school and as-of date: its grading periods as they stood on that date, and the period
-- that a forecast of that date is about.
with

as_of_dates as (
    select * from {{ ref('ftr_as_of_dates') }}
),

known_schools as (
    select * from {{ ref('dim_school') }}
),

periods as (
    select * from {{ ref('dim_grading_period') }}
),

closed as (
    select
        as_of_dates.as_of_date,
        periods.school_key,
        periods.end_date,
        dense_rank() over (
            partition by as_of_dates.as_of_date, periods.school_key order by periods.end_date desc
        ) as closed_order
    from as_of_dates
    inner join periods
        on periods.end_date <= as_of_dates.as_of_date
),

latest_closed as (
    select
        closed.as_of_date,
        closed.school_key,
        max(case when closed.closed_order = 1 then closed.end_date end) as latest_closed_end_date,
        max(case when closed.closed_order = 2 then closed.end_date end) as previous_closed_end_date
    from closed
    group by closed.as_of_date, closed.school_key
),

-- as dim_grading_period ranks them for the as-of date of the run
begun as (
    select
        as_of_dates.as_of_date,
        periods.school_key,
        periods.begin_date,
        periods.end_date,
        row_number() over (
            partition by as_of_dates.as_of_date, periods.school_key
            order by
                case when periods.end_date >= as_of_dates.as_of_date then 0 else 1 end,
                periods.begin_date desc,
                periods.end_date,
                periods.period_sequence desc,
                periods.grading_period_key
        ) as begun_order
    from as_of_dates
    inner join periods
        on periods.begin_date <= as_of_dates.as_of_date
),

coming as (
    select
        as_of_dates.as_of_date,
        periods.school_key,
        periods.grading_period_key,
        periods.begin_date,
        periods.end_date,
        -- of periods that begin on one day (a quarter and its semester) the shorter one
        row_number() over (
            partition by as_of_dates.as_of_date, periods.school_key
            order by periods.begin_date, periods.end_date, periods.grading_period_key
        ) as coming_order
    from as_of_dates
    inner join periods
        on periods.begin_date > as_of_dates.as_of_date
        and periods.end_date is not null
),

schools_with_periods as (
    select distinct periods.school_key
    from periods
),

schools as (
    select known_schools.school_key
    from known_schools
    union
    select schools_with_periods.school_key
    from schools_with_periods
),

joined as (
    select
        schools.school_key,
        as_of_dates.as_of_date,
        schools_with_periods.school_key is not null as has_grading_periods,
        latest_closed.latest_closed_end_date,
        latest_closed.previous_closed_end_date,
        begun.begin_date as window_start_date,
        case
            when begun.end_date < as_of_dates.as_of_date then begun.end_date
            when begun.begin_date is not null then as_of_dates.as_of_date
        end as window_end_date,
        coming.grading_period_key as label_grading_period_key,
        coming.begin_date as label_begin_date,
        coming.end_date as label_end_date
    from schools
    cross join as_of_dates
    left join schools_with_periods
        on schools_with_periods.school_key = schools.school_key
    left join latest_closed
        on latest_closed.school_key = schools.school_key
        and latest_closed.as_of_date = as_of_dates.as_of_date
    left join begun
        on begun.school_key = schools.school_key
        and begun.as_of_date = as_of_dates.as_of_date
        and begun.begun_order = 1
    left join coming
        on coming.school_key = schools.school_key
        and coming.as_of_date = as_of_dates.as_of_date
        and coming.coming_order = 1
)

select * from joined
