-- One row per school and school year: PowerSchool keeps one calendar per school.
with

year_terms as (
    select * from {{ ref('stg_powerschool__year_terms') }}
),

named as (
    select
        {{ surrogate_key(['year_terms.school_id']) }} as school_key,
        year_terms.school_id,
        year_terms.school_id as calendar_code,
        year_terms.school_year,
        cast(null as {{ dbt.type_string() }}) as calendar_type_namespace,
        'school' as calendar_type_code,
        year_terms._record_key,
        year_terms._load_id,
        year_terms._loaded_at
    from year_terms
)

select * from named
