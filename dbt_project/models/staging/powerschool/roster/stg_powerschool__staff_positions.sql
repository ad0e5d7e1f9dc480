-- One row per staff member and school: what the person does there.
with

schoolstaff as (
    {{ current_rows(source('powerschool', 'schoolstaff')) }}
),

staff as (
    select * from {{ ref('stg_powerschool__staff') }}
),

renamed as (
    select
        {{ json_text('schoolstaff.payload', ['users_dcid']) }} as powerschool_user_id,
        {{ json_text('schoolstaff.payload', ['id']) }} as powerschool_staff_id,
        {{ json_text('schoolstaff.payload', ['schoolid']) }} as education_organization_id,
        -- the kinds of staff that PowerSchool knows; a title of the district's says more
        case {{ json_text('schoolstaff.payload', ['staffstatus']) }}
            when '1' then 'teacher'
            when '2' then 'other'
            when '3' then 'other'
            when '4' then 'substitute teacher'
        end as kind_code,
        {{ json_text('schoolstaff.payload', ['status']) }} as status_code,
        schoolstaff.record_key as _record_key,
        schoolstaff.load_id as _load_id,
        schoolstaff.loaded_at as _loaded_at
    from schoolstaff
),

known as (
    select
        staff.staff_key,
        staff.staff_id,
        renamed.powerschool_staff_id,
        renamed.education_organization_id,
        coalesce(staff.title_code, renamed.kind_code) as classification_code,
        cast(null as date) as begin_date,
        cast(null as date) as end_date,
        renamed._record_key,
        renamed._load_id,
        renamed._loaded_at
    from renamed
    inner join staff
        on staff.powerschool_user_id = renamed.powerschool_user_id
    -- 1: works there now
    where renamed.status_code = '1'
),

newest as (
    {{ newest_version('known', ['staff_key', 'education_organization_id']) }}
)

select * from newest
