"""The rules of incoming documents, and where this function keeps rules of the core."""

from office.rules import Rule, add, also_kept, constraint, form, procedure, shown

ARTICLE_24 = "《党政机关公文处理工作条例》（2012年）第二十四条"
ARTICLE_22 = "《党政机关公文处理工作条例》（2012年）第二十二条"

add(
    Rule(
        "R-IN-01",
        "收文按签收登记、审核、拟办、批办、承办、催办、查办、立卷归档、销毁办理；跳过一个环节须写明理由。",
        "Incoming papers pass nine steps in order; a step is not skipped without a reason on record.",
        ("S1c", ARTICLE_24),
        (
            procedure("documents.procedures.Incoming"),
            procedure("documents.procedures.National"),
            procedure("office.acting.common.skip"),
        ),
        elsewhere="催办、查办是随时可做的动作，不是站点；立卷归档和销毁随档案功能启用",
    ),
    Rule(
        "R-IN-02",
        "短流程：登记、拟办、批办、承办、归档。",
        "The shorter chain: register, propose, instruct, handle, file.",
        ("S2",),
        (procedure("documents.procedures.Short"),),
    ),
    Rule(
        "R-IN-03",
        "签收时核对份数与清单、行文关系、印章和手续；不符的写明，退回或查询。",
        "At signing, copies, sender relation, seal and formalities are checked; what does not agree is noted and "
        "the paper returned or queried.",
        ("S1a",),
        (form("documents.forms.IncomingForm"), procedure("documents.procedures.NOT_OURS")),
    ),
    Rule(
        "R-IN-04",
        "登记来文单位、文号、份数、页数、标题、日期、顺序号、附件数；编号连续，不重不漏。",
        "The register holds sender, number, copies, pages, title, date, serial and enclosures; numbers run without "
        "gap and are never used twice.",
        ("S1a",),
        (
            constraint("a_number_is_given_once"),
            constraint("number_kept"),
            constraint("series_upward"),
            constraint("at_least_one_copy_is_received"),
            constraint("a_paper_is_dated_before_it_is_received"),
            form("documents.forms.IncomingForm"),
        ),
    ),
    Rule(
        "R-IN-05",
        "按来文机关分簿登记。",
        "Each group of senders has a register book of its own.",
        ("S1a",),
        (constraint("one_series_per_name_and_year"), procedure("documents.registers.IncomingRegister")),
    ),
    Rule(
        "R-IN-06",
        "应当登记的：上级文件，下级请示报告，平级来函，会议通知和会议文件，重要或涉密刊物，有保存价值的材料，群众来信。",
        "What must be registered: papers from above, requests from below, enquiries from peers, meeting notices and "
        "papers handed out, important or classified periodicals, papers of lasting value, people's letters.",
        ("S2",),
        (form("documents.forms.IncomingForm"),),
    ),
    Rule(
        "R-IN-07",
        "领导从会议带回的文件及时交文书登记。",
        "Papers leaders bring back from meetings go at once to the clerk for registration.",
        ("S1a",),
        (form("documents.forms.IncomingForm"),),
    ),
    Rule(
        "R-IN-08",
        "传阅、转办的文件先登记后使用，用后收回。",
        "Papers to be passed on are registered before use and recalled after.",
        ("S1a",),
        (
            constraint("a_side_turn_has_a_hub"),
            procedure("documents.registering.register"),
            procedure("office.acting.door.leave"),
        ),
    ),
    Rule(
        "R-IN-09",
        "登记后由办公室主任拟办；主任不在，急件可直送分管领导。",
        "After registration the office director proposes; in his absence an urgent paper goes straight to the leader.",
        ("S1a",),
        (procedure("documents.procedures.REVIEW_STEP"), procedure("documents.paths.is_urgent")),
    ),
    Rule(
        "R-IN-10",
        "拟办写明承办部门；下级、平级来文还要写明由谁答复和期限。",
        "A proposal names the unit; for papers from below or from peers also who answers, and by when.",
        ("S2",),
        (
            procedure("documents.paths.proposal_names_unit"),
            procedure("documents.paths.handed_to_the_named_unit"),
        ),
    ),
    Rule(
        "R-IN-11",
        "几个部门合办的，明确一个牵头部门。",
        "Where several units handle a paper, exactly one leads.",
        ("S2", ARTICLE_24),
        (
            constraint("one_open_main_turn_per_case"),
            procedure("documents.models.Named"),
            procedure("documents.paths.one_lead"),
        ),
    ),
    Rule(
        "R-IN-12",
        "拟办意见写在拟办栏，签名并注明时间。",
        "The proposal stands in its own box, with name and time.",
        ("S2",),
        (constraint("decision_kept"), procedure("documents.sheets.slip_of")),
    ),
    Rule(
        "R-IN-13",
        "拟办人：部门为办公室主任，政府为秘书长。",
        "Who proposes: in a department the office director, in a government the secretary-general.",
        ("S1c",),
        (procedure("documents.procedures.Incoming.propose"), procedure("office.timing.post_of")),
    ),
    Rule(
        "R-IN-14",
        "重要文件报主要领导批办，一般文件报分管领导批办。",
        "Important papers are instructed by the first head, ordinary ones by the leader in charge.",
        ("S1c",),
        (form("office.forms.people.Candidates.leaders"),),
        elsewhere="是否重要由拟办人判断，系统列出每位领导的分管范围，不代为决定",
    ),
    Rule(
        "R-IN-15",
        "批办意见具体明确，写在批办栏；只画圈或只写“阅”不能代替批办。拟办写明承办部门和期限的，圈阅即为同意；"
        "来文自己要求的答复日期就是期限。",
        "An instruction is concrete and stands in its box; a bare circle or “read” does not do for a paper that is "
        "to be handled. Where the proposal names unit and date, a circle is agreement; the day the paper itself wants "
        "its answer by is such a date.",
        ("S1a", "S2", ARTICLE_22),
        (
            procedure("documents.paths.circle_agrees_with_something"),
            procedure("documents.paths.has_been_read"),
        ),
    ),
    Rule(
        "R-IN-16",
        "几个部门承办的，先送牵头部门，再送其他部门。",
        "Where several units handle a paper, the lead unit has it first, then the others.",
        ("S1a",),
        (procedure("documents.paths.handed_to_the_named_unit"),),
    ),
    Rule(
        "R-IN-17",
        "办完后把经过和结果写在处理单上，签名并注明日期。",
        "When it is done, process and result are written on the slip with name and date.",
        ("S1a", "S2"),
        (procedure("documents.procedures.HANDLE_STEP"), procedure("documents.paths.result_is_on_record")),
    ),
    Rule(
        "R-IN-18",
        "一般文件七天内办结（按工作日计）。",
        "An ordinary paper is finished within seven (working) days.",
        ("S1a",),
        (procedure("documents.procedures.HANDLE"),),
    ),
    Rule(
        "R-IN-19",
        "急件两天内办结（按工作日计）。",
        "An urgent paper is finished within two (working) days.",
        ("S1a",),
        (procedure("documents.procedures.HANDLE"),),
    ),
    Rule(
        "R-IN-20",
        "报领导批示的文件，上午的不过午，晚上的不过夜。",
        "Papers for a leader's decision: a morning item not past noon, an evening item not past the night.",
        ("S1f",),
        (procedure("documents.procedures.PROPOSE"), procedure("documents.procedures.ARRANGE")),
    ),
    Rule(
        "R-IN-21",
        "下级请示和平级来函一般十五天内答复（按工作日计）；延期须说明理由。",
        "Requests from below and letters of peers are answered within fifteen (working) days; longer needs a reason.",
        ("S1a",),
        (
            constraint("first_date_stays"),
            procedure("documents.paths.ANSWER"),
            procedure("office.acting.dates.extend"),
        ),
    ),
    Rule(
        "R-IN-22",
        "特急件随到随送、随到随办。",
        "Extra-urgent papers are delivered and handled at once.",
        ("S1a",),
        (procedure("documents.procedures.HANDLE"), procedure("office.notices.write")),
    ),
    Rule(
        "R-IN-23",
        "收文分阅件和办件，分别用送阅文件单和报批文件单。",
        "Incoming papers are for reading or for decision, each with a slip of its own.",
        ("S1f",),
        (
            procedure("documents.registering.form_of"),
            procedure("documents.procedures.Reading"),
            procedure("documents.sheets.slip_of"),
        ),
    ),
    Rule(
        "R-IN-24",
        "多头报送的请示报告不予办理，可以退回。",
        "Requests sent to several places at once are not handled; the clerk may return them.",
        ("S1a",),
        (procedure("documents.procedures.NOT_OURS"),),
    ),
    Rule(
        "R-IN-25",
        "领导亲启件不得拆封、打听。",
        "Letters addressed to a leader in person are neither opened nor asked about.",
        ("S1a", "S4"),
        (
            constraint("an_envelope_shows_only_its_outside"),
            procedure("documents.procedures.Envelope"),
            procedure("documents.paths.addressee_only"),
            form("documents.forms.IncomingForm"),
        ),
    ),
    Rule(
        "R-IN-26",
        "每份文件在哪里、办到哪一步，随时查得到。",
        "Each paper's place and progress are known at any time.",
        ("S1c", "S1f", ARTICLE_24),
        (constraint("one_open_main_turn_per_case"), procedure("office.views.tracking.case")),
    ),
    Rule(
        "R-IN-27",
        "涉密文件专人办理，按时清退。",
        "A classified paper is handled by one named person and returned in time.",
        ("S1f",),
        (
            constraint("one_open_main_turn_per_case"),
            procedure("office.acting.door.land"),
            procedure("office.acting.forward.act"),
            procedure("office.acting.door.leave"),
        ),
        elsewhere="成批清退随档案功能启用；传阅件有期限，不收回不能办结",
    ),
)

# --- Rules of the core this function keeps too ---

also_kept("R-CIR-01", procedure("documents.views.may_register"))
also_kept("R-CIR-07", procedure("documents.procedures.READ"))
also_kept("R-CIR-17", procedure("documents.handover.Shelf"))
also_kept("R-SUP-09", procedure("documents.paths.start_answer_clock"))
also_kept("R-SEC-01", form("documents.forms.IncomingForm"))
also_kept("R-SEC-02", procedure("documents.registering.register"))
also_kept("R-SEC-03", form("documents.forms.IncomingForm"), form("documents.correcting_forms.CorrectionForm"))
also_kept("R-SEC-06", procedure("documents.paper_views.slip"))
also_kept(
    "R-SEC-09",
    procedure("office.views.answers.pdf_answer"),
    shown("templates/documents/incoming_detail_facts.html"),
)
