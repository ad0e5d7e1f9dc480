-- One row per indicator and finding: how many students have usable data, and of the others, why
-- not.
with

indicators as (
    select * from {{ ref('risk_indicators') }}
),

gaps as (
    select * from {{ ref('indicator_gaps') }}
),

totals as (
    select
        indicators.indicator,
        count(*) as judged_count
    from indicators
    group by indicators.indicator
),

findings as (
    select
        indicators.indicator,
        case
            when indicators.flag in ('none', 'yellow', 'red') then 'usable'
            else indicators.flag
        end as readiness,
        case
            when indicators.flag in ('none', 'yellow', 'red') then 'usable'
            else indicators.reason_code
        end as finding_code
    from indicators
),

counted as (
    select
        findings.indicator,
        findings.readiness,
        findings.finding_code,
        count(*) as student_count
    from findings
    group by findings.indicator, findings.readiness, findings.finding_code
),

worded as (
    select
        counted.indicator,
        counted.readiness,
        counted.finding_code,
        case
            when counted.readiness = 'usable' then 'Usable data'
            else coalesce(gaps.words, counted.finding_code)
        end as finding,
        cast(counted.student_count as integer) as student_count,
        cast(totals.judged_count as integer) as judged_count,
        cast(counted.student_count as numeric) * 100 / totals.judged_count as share_pct,
        {{ as_of_date() }} as as_of_date
    from counted
    inner join totals
        on totals.indicator = counted.indicator
    left join gaps
        on gaps.indicator = counted.indicator
        and gaps.reason_code = counted.finding_code
)

select * from worded
