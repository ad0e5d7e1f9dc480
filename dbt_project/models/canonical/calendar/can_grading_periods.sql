-- One row per grading period of a school and school year.
with

grading_periods as (
    {{ union_of_sources('grading_periods', {
        'grading_period_key': 'bigint',
        'school_key': 'bigint',
        'school_year': 'integer',
        'grading_period_name': 'text',
        'grading_period_label': 'text',
        'period_sequence': 'integer',
        'begin_date': 'date',
        'end_date': 'date',
        'total_instructional_days': 'integer',
    }) }}
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
        grading_periods.total_instructional_days,
        grading_periods.source_system,
        grading_periods.source_instance
    from grading_periods
    where grading_periods.grading_period_name is not null
)

select * from named
