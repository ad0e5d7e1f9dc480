-- One row per detail of an incident: its code in words.
with

incident_detail as (
    {{ current_rows(source('powerschool', 'incident_detail')) }}
),

incident_lu_code as (
    {{ current_rows(source('powerschool', 'incident_lu_code')) }}
),

incident_lu_sub_code as (
    {{ current_rows(source('powerschool', 'incident_lu_sub_code')) }}
),

renamed as (
    select
        {{ json_text('payload', ['incident_detail_id']) }} as detail_id,
        {{ json_text('payload', ['lu_code_id']) }} as code_id,
        {{ json_text('payload', ['lu_sub_code_id']) }} as sub_code_id,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from incident_detail
),

told as (
    select
        renamed.detail_id,
        -- the sub-code says more than its code
        lower(coalesce(
            {{ json_text('incident_lu_sub_code.payload', ['short_desc']) }},
            {{ json_text('incident_lu_code.payload', ['incident_category']) }}
        )) as code,
        renamed._record_key,
        renamed._load_id,
        renamed._loaded_at
    from renamed
    left join incident_lu_code
        on {{ json_text('incident_lu_code.payload', ['lu_code_id']) }} = renamed.code_id
    left join incident_lu_sub_code
        on {{ json_text('incident_lu_sub_code.payload', ['lu_sub_code_id']) }} = renamed.sub_code_id
)

select * from told
