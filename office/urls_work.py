"""The addresses of daily work: queue, decision, tracking, search, chasing, long jobs."""

from django.urls import path

from office.views import beside, chasing, deciding, finding, handing, jobs, queue, tracking

urlpatterns = [
    path("", queue.waiting, name="queue"),
    path("reading/", queue.reading, name="reading"),
    path("done/", queue.done, name="done"),
    path("started/", queue.started, name="started"),
    path("followed/", queue.followed, name="followed"),
    path("batch/", queue.batch, name="batch"),
    path("search/", finding.search, name="search"),
    path("turns/<int:key>/", deciding.turn, name="turn"),
    path("turns/<int:key>/draft/", deciding.turn_draft, name="turn_draft"),
    path("turns/<int:key>/record/", deciding.record, name="record"),
    path("cases/<str:public_id>/", tracking.case, name="case"),
    path("cases/<str:public_id>/follow/", tracking.follow, name="follow"),
    path("cases/<str:public_id>/void/", beside.void, name="void"),
    path("cases/<str:public_id>/extend/", beside.extend, name="extend"),
    path("cases/<str:public_id>/relocate/", beside.relocate, name="relocate"),
    path("cases/<str:public_id>/bar/", beside.bar, name="bar"),
    path("cases/<str:public_id>/relate/", beside.relate, name="relate"),
    path("cases/<str:public_id>/circulation/", beside.circulation, name="circulation"),
    path("cases/<str:public_id>/take-back/", deciding.take_back, name="take_back"),
    path("cases/<str:public_id>/looks/", tracking.looks, name="looks"),
    path("cases/<str:public_id>/chase/", chasing.new, name="chase_new"),
    path("cases/<str:public_id>/<int:number>/correct/", deciding.correct, name="correct"),
    path("cases/<str:public_id>/<int:number>/confirm/", deciding.confirm_record, name="confirm_record"),
    path("clocks/<int:key>/", tracking.why, name="why"),
    path("chases/", chasing.register, name="chase_register"),
    path("chases/<int:key>/answer/", chasing.answer, name="chase_answer"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<uuid:public_id>/", jobs.job, name="job"),
    path("jobs/<uuid:public_id>/file/", jobs.job_file, name="job_file"),
    path("handovers/", handing.handovers, name="handovers"),
    path("handovers/new/", handing.handover_new, name="handover_new"),
    path("handovers/count/", handing.handover_count, name="handover_count"),
    path("handovers/<int:key>/", handing.handover, name="handover"),
    path("handovers/<int:key>/sheet/", handing.handover_sheet, name="handover_sheet"),
    path("registers/", jobs.registers_list, name="registers"),
]
