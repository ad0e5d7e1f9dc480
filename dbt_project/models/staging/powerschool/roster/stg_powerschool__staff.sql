-- One row per staff member.
with

users as (
    {{ current_rows(source('powerschool', 'users')) }}
),

renamed as (
    select
        {{ json_text('payload', ['teachernumber']) }} as staff_id,
        {{ json_text('payload', ['dcid']) }} as powerschool_user_id,
        {{ json_text('payload', ['first_name']) }} as first_name,
        {{ json_text('payload', ['last_name']) }} as last_name,
        {{ json_text('payload', ['email_addr']) }} as email_address,
        lower({{ json_text('payload', ['title']) }}) as title_code,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from users
    where {{ json_text('payload', ['teachernumber']) }} is not null
),

newest as (
    {{ newest_version('renamed', ['staff_id'], {
        'staff_key': natural_key('staffs', ['staff_id']),
    }) }}
)

select * from newest
