-- One row per MAP Growth test of the combined export, which lists growth tests only.
with

combined as (
    {{ current_rows(source('map_growth', 'combined'), source('files', 'cell_names')) }}
),

renamed as (
    select
        'combined' as feed,
        'combined|' || record_key as result_id,
        coalesce(instance, '') as source_instance,
        cast(null as {{ dbt.type_string() }}) as test_id,
        true as is_growth_measure,
        {{ cell_text('student_first_name') }} as first_name,
        {{ cell_text('student_last_name') }} as last_name,
        {{ vendor_date(cell_text('student_date_of_birth')) }} as birth_date,
        coalesce(
            {{ cell_text('nwea_standard_grade') }}, {{ cell_text('grade') }}
        ) as test_grade_code,
        {{ map_growth_test_columns() }}
    from combined
)

select * from renamed
