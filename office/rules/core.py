"""The rules of the core: circulation, chasing, secrecy; what is only shown; what is named and not built yet."""

from . import Rule, add, constraint, form, procedure, shown

SECRECY_LAW = "《中华人民共和国保守国家秘密法》（2024年修订）"
PAGE = shown("templates/office/rules.html")

add(
    Rule(
        "R-CIR-01",
        "传阅由文书统一组织，其他人不得增减读者。",
        "Only the clerk runs circulation.",
        ("S1a",),
        (procedure("office.acting.circulation.add_readers"), procedure("office.access.holds_hub")),
    ),
    Rule(
        "R-CIR-02",
        "轮辐式传阅：每位读者阅后退回文书，再由文书送下一位。",
        "Hub and spokes: after every reader the paper is back at the hub, then goes to the next.",
        ("S1f",),
        (constraint("a_side_turn_has_a_hub"), procedure("office.acting.circulation.after_return")),
    ),
    Rule(
        "R-CIR-03",
        "严禁横传：部门之间、个人之间不得自行传递。",
        "Passing a paper sideways between persons or departments is forbidden.",
        ("S1a",),
        (
            procedure("office.procedures.Procedure"),
            procedure("office.acting.asking.main_only"),
            procedure("office.acting.common.reassign"),
        ),
    ),
    Rule(
        "R-CIR-04",
        "领导外出时，文书可以调整未阅者的先后，并留有记录。",
        "The hub may change the order of readers still to come; the change is on record.",
        ("S1f",),
        (procedure("office.acting.circulation.reorder"),),
    ),
    Rule(
        "R-CIR-05",
        "只在规定的范围内阅读，不得扩大。",
        "A paper is read within its set scope; nobody widens it.",
        ("S1a",),
        (procedure("office.access.visible_to"), procedure("office.acting.circulation.add_readers")),
    ),
    Rule(
        "R-CIR-06",
        "阅后签名，注明时间。",
        "A reader signs after reading, with the time.",
        ("S1a",),
        (constraint("decision_kept"), procedure("office.acting.door.decide")),
    ),
    Rule(
        "R-CIR-07",
        "每人阅文不超过两天（按工作日计）。",
        "Reading takes no longer than two (working) days.",
        ("S1a",),
        (procedure("office.timing.start_for_turn"),),
    ),
    Rule(
        "R-CIR-16",
        "每季度清理一次；调离、长期外出、学习、生病的人和变动、撤销的单位手里的文件及时收回。",
        "Clearance every quarter; papers held by people transferred, long away, studying or ill are recalled.",
        ("S1a",),
        (procedure("office.acting.handing.call_in"), procedure("office.handover.own.Reading")),
        elsewhere="每季度的清理由文书照登记簿办",
    ),
    Rule(
        "R-CIR-17",
        "文书离岗时把全部文件移交清楚，账物相符，双方签字。",
        "A clerk who leaves hands over all papers, the papers equal to the account, with signatures.",
        ("S1a",),
        (
            constraint("what_is_missing_is_explained"),
            constraint("a_handover_takes_three_people"),
            constraint("handover_kept"),
            procedure("office.handover.executing.hand_over"),
            form("office.forms.handing.ListForm"),
            shown("templates/print/handover.html"),
        ),
    ),
    Rule(
        "R-SUP-06",
        "设催办记录簿，登记催办情况和重要文件的办理结果。",
        "A chase book is kept: what was chased, and the result for important papers.",
        ("S1a",),
        (
            constraint("reminder_kept"),
            constraint("chase_kept"),
            constraint("chase_stays"),
            procedure("office.chasing.book.chase_register"),
        ),
    ),
    Rule(
        "R-SUP-07",
        "急件当天催办，不过夜。",
        "An urgent item is chased the same day, not overnight.",
        ("S1a",),
        (procedure("office.chasing.ladders.URGENT"), procedure("office.chasing.ladders.FLASH")),
    ),
    Rule(
        "R-SUP-09",
        "凡有答复、批复、报送期限的文件都要催办。",
        "Every paper with a date for reply, approval or report is chased.",
        ("S1a",),
        (procedure("office.chasing.sending.chase"), procedure("office.timing.start_until")),
    ),
    Rule(
        "R-SEC-01",
        "国家秘密分为绝密、机密、秘密三级。",
        "State secrets have three levels: top secret, secret, confidential.",
        ("S0", "S1c"),
        (form("office.levels.Secrecy"),),
        elsewhere="工作秘密不是国家秘密，另列一级（保守国家秘密法第六十四条）",
    ),
    Rule(
        "R-SEC-02",
        "保密期限：绝密不超过三十年，机密不超过二十年，秘密不超过十年。",
        "Periods: at most 30 years for top secret, 20 for secret, 10 for confidential.",
        ("S1c", f"{SECRECY_LAW}第二十条"),
        (procedure("office.levels.LONGEST_PERIOD"),),
    ),
    Rule(
        "R-SEC-03",
        "国家秘密不得在非涉密系统存储、处理、传输。",
        "State secrets are never stored, processed or sent on a system that is not classified.",
        ("S1c", f"{SECRECY_LAW}第三十一条"),
        (
            constraint("case_words"),
            constraint("decision_words"),
            constraint("attachment_words"),
            constraint("secret_stays_secret"),
            procedure("office.acting.door.clean_words"),
            procedure("office.files.checking.refuse_state_secret"),
            form("office.views.deciding.save_draft"),
            shown("templates/_kind.html"),
        ),
    ),
    Rule(
        "R-SEC-04",
        "涉密系统与公共网络物理隔离；本系统是哪一种，每页写明。",
        "Classified systems are physically isolated; every page says which kind this one is.",
        ("S1c", f"{SECRECY_LAW}第三十一条"),
        (procedure("office.roles.declare_network"), shown("templates/_kind.html")),
        elsewhere="隔离本身由使用单位落实，系统只认数据库属主在部署时的声明",
    ),
    Rule(
        "R-SEC-05",
        "谁上网谁负责：谁登记、谁上传，记录在案。",
        "Who puts it online answers for it: who registered and who uploaded is on record.",
        ("S1c",),
        (procedure("office.acting.forward.start"), procedure("office.files.storing.attach")),
    ),
    Rule(
        "R-SEC-06",
        "印制、登记、传阅、传递、保管、归档、销毁七个环节都按密级管理。",
        "Seven links are guarded by level: printing, registering, circulating, transmission, keeping, filing, "
        "destroying.",
        ("S1c",),
        (
            procedure("office.acting.forward.start"),
            procedure("office.acting.door.refuse_unfit"),
            procedure("office.outbox.deliver"),
            procedure("office.files.views.file"),
        ),
        elsewhere="归档、销毁两个环节随档案功能启用",
    ),
    Rule(
        "R-SEC-07",
        "任何人不得擅自扩大知悉范围。",
        "Nobody widens the circle of those who know.",
        ("S1a", f"{SECRECY_LAW}第二十一条"),
        (
            procedure("office.access.visible_to"),
            procedure("office.access.able"),
            procedure("office.acting.door.refuse_unfit"),
        ),
    ),
    Rule(
        "R-SEC-08",
        "定期开展保密检查，重大节假日前后有计划、有小结。",
        "Secrecy is checked regularly, with a plan and a summary around important holidays.",
        ("S1a",),
        (PAGE,),
    ),
    Rule(
        "R-SEC-09",
        "印制涉密文件的校样、底版当即销毁，不留底。",
        "Proofs and plates of classified prints are destroyed at once.",
        ("S1a",),
        elsewhere="纸上的校样和底版由经办人销毁，系统在涉密件页面上提示",
    ),
    Rule(
        "R-MAIL-05",
        "报刊14时前送到，不错投，格子有标签。",
        "Newspapers are delivered by 14:00, not misplaced, in labelled pigeon-holes.",
        ("S1a", "S2"),
        (PAGE,),
    ),
    Rule(
        "R-IT-01",
        "微机由受过培训的专人操作，设专用机房，每季度检查一次。",
        "Computers are run by trained, named operators in a room of their own and checked each quarter.",
        ("S1a",),
        (PAGE,),
    ),
)

# Named where the core explains itself; their functions declare their keepers when they are built.
add(
    Rule(
        "R-OUT-08",
        "拟稿征求有关部门意见，涉及其他部门的会签。",
        "Departments concerned are asked, and countersign.",
        ("S1a",),
    ),
    Rule(
        "R-OUT-14",
        "核稿：一般文稿一个工作日，重要文稿半天，急件随到随核。",
        "Review: an ordinary draft one working day, an important one half a day, an urgent one on arrival.",
        ("S1f",),
    ),
    Rule(
        "R-OUT-16",
        "未经办公室主任审核和领导签发，不得付印。",
        "Nothing is printed without the director's review and the head's approval.",
        ("S1a",),
    ),
    Rule(
        "R-ARC-02",
        "次年三月底前向档案室移交。",
        "Papers go to the archive room by the end of March of the next year.",
        ("S1a",),
    ),
    Rule(
        "R-PET-26",
        "电话反映的属实问题要记录上报；点名找领导的，请示领导后婉言答复。",
        "True complaints by telephone are recorded and reported; who asks for the leader is answered politely.",
        ("S0",),
    ),
    Rule(
        "R-SUP-10",
        "没有领导指示，不得立项督查。",
        "Without a leader's order no supervision is started.",
        ("S1f",),
    ),
    Rule(
        "R-TEL-02",
        "电话记录来电单位、姓名、时间，复述核对，及时报领导，领导意见转告有关人员。",
        "A call is noted with unit, name and time and repeated back; the leader is told at once, and his opinion "
        "passed on.",
        ("S1a",),
    ),
    Rule(
        "R-MTG-07",
        "会议通知登记通知时间、接收人和落实情况；电话通知有书面记录。",
        "Notices of meetings are registered with time, receiver and completion; telephone notices in writing.",
        ("S2",),
    ),
    Rule(
        "R-SEAL-01",
        "用印先填印鉴审批单，分管领导签字后用印。",
        "A seal is used after the approval slip has been signed by the leader in charge.",
        ("S1a",),
    ),
)
