-- One row per school and school year that was over: of the students who were last there, how many
-- were chronically absent.
with

year_ends as (
    select * from {{ ref('ftr_student_year_end') }}
),

counted as (
    select
        year_ends.school_key,
        year_ends.school_year,
        cast(count(year_ends.is_chronically_absent) as integer) as known_count,
        cast(
            sum(case when year_ends.is_chronically_absent then 1 else 0 end) as integer
        ) as chronic_count
    from year_ends
    group by year_ends.school_key, year_ends.school_year
)

select * from counted
