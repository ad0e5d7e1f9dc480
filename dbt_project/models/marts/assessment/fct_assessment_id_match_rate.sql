-- One row per source, instance of it, id column and numbering of the district: how well they match.
with

rates as (
    select * from {{ ref('int_assessment__id_match_rates') }}
),

selected as (
    select
        {{ surrogate_key([
            'rates.source', 'rates.source_instance', 'rates.id_column',
            'rates.identification_system_code',
        ]) }} as assessment_id_match_rate_key,
        rates.source,
        rates.source_instance,
        rates.id_column,
        rates.identification_system_code,
        cast(rates.result_count as integer) as result_count,
        cast(rates.id_found_count as integer) as id_found_count,
        cast(rates.agreed_count as integer) as agreed_count,
        cast(rates.disagreed_count as integer) as disagreed_count,
        rates.found_rate,
        rates.agreement_rate,
        rates.is_used
    from rates
)

select * from selected
