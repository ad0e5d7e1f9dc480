-- One row per staff member.
with

staffs as (
    {{ current_rows(source('edfi', 'staffs')) }}
),

renamed as (
    select
        {{ json_text('payload', ['staffUniqueId']) }} as staff_id,
        {{ json_text('payload', ['firstName']) }} as first_name,
        {{ json_text('payload', ['lastSurname']) }} as last_name,
        {{ json_text('payload', ['electronicMails', '0', 'electronicMailAddress']) }}
            as email_address,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from staffs
),

newest as (
    {{ newest_version('renamed', ['staff_id'], {
        'staff_key': natural_key('staffs', ['staff_id']),
    }) }}
)

select * from newest
