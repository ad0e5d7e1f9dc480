-- One row per MAP Growth test of the combined export, which lists growth tests only.
with

combined as (
    {{ current_rows(source('map_growth', 'combined')) }}
),

renamed as (
    select
        'combined' as feed,
        'combined|' || record_key as result_id,
        cast(null as {{ dbt.type_string() }}) as test_id,
        true as is_growth_measure,
        {{ json_text('payload', 'student_first_name') }} as first_name,
        {{ json_text('payload', 'student_last_name') }} as last_name,
        {{ vendor_date(json_text('payload', 'student_date_of_birth')) }} as birth_date,
        coalesce(
            {{ json_text('payload', 'nwea_standard_grade') }}, {{ json_text('payload', 'grade') }}
        ) as test_grade_code,
        {{ map_growth_test_columns() }}
    from combined
)

select * from renamed
