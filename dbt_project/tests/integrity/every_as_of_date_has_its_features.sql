-- What it finds: as-of dates on which students were enrolled and of which no features are stored.
-- When it matters: a model learns from fewer dates than it should, without saying so.
-- How to resolve: run the layer features with a full refresh; stored dates are then computed anew
-- from what is known of each fact now.
with

as_of_dates as (
    select * from {{ ref('ftr_as_of_dates') }}
),

spans as (
    select * from {{ ref('fct_enrollment_span') }}
),

features as (
    select * from {{ ref('ftr_student_as_of') }}
),

stored as (
    select distinct features.as_of_date
    from features
),

missing as (
    select distinct as_of_dates.as_of_date
    from as_of_dates
    inner join spans
        on spans.first_date <= as_of_dates.as_of_date
        and (spans.last_date is null or spans.last_date >= as_of_dates.as_of_date)
    left join stored
        on stored.as_of_date = as_of_dates.as_of_date
    where stored.as_of_date is null
)

select * from missing
