-- One row per source, kind of code and code that a layout puts into the district's own words.
with

codes as (
    select * from {{ source('layouts', 'codes') }}
),

columns as (
    select * from {{ source('layouts', 'columns') }}
),

methods as (
    select
        columns.source,
        'score_method' as code_kind,
        columns.column_name as code,
        columns.method as meaning,
        cast(null as {{ dbt.type_string() }}) as language,
        columns.norm_set,
        columns.from_window,
        columns.to_window,
        columns.place + 1 as preference
    from columns
    where columns.role = 'score'
),

words as (
    select
        codes.source,
        codes.role as code_kind,
        codes.code,
        codes.meaning,
        codes.language,
        cast(null as {{ dbt.type_string() }}) as norm_set,
        cast(null as {{ dbt.type_string() }}) as from_window,
        cast(null as {{ dbt.type_string() }}) as to_window,
        cast(null as integer) as preference
    from codes
    where codes.role in ('subject', 'level')
),

unioned as (
    select * from methods
    union all
    select * from words
),

-- several tests and files of a source say the same
once as (
    select
        unioned.source,
        unioned.code_kind,
        unioned.code,
        min(unioned.meaning) as meaning,
        min(unioned.language) as language,
        min(unioned.norm_set) as norm_set,
        min(unioned.from_window) as from_window,
        min(unioned.to_window) as to_window,
        min(unioned.preference) as preference
    from unioned
    group by unioned.source, unioned.code_kind, unioned.code
)

select * from once
