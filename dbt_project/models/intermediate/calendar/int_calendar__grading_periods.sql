-- One row per grading period of a school and school year.
with

grading_periods as (
    select * from {{ ref('stg_edfi__grading_periods') }}
),

named as (
    select
        grading_periods.grading_period_key,
        grading_periods.school_key,
        grading_periods.school_year,
        grading_periods.grading_period_label as grading_period_name,
        grading_periods.period_sequence,
        grading_periods.begin_date,
        grading_periods.end_date,
        grading_periods.total_instructional_days
    from grading_periods
    where grading_periods.grading_period_name is not null
)

select * from named
