"""What a clerk types for one incoming paper, as the entry form's fields."""

from datetime import date

ENTRY = "/documents/incoming/new/"


def typed(number: int, *, token: str, by: str, on: date) -> dict[str, str]:
    return {
        "token": token,
        "series": "收",
        "received_on": on.isoformat(),
        "channel": "exchange",
        "carrier": "paper",
        "sender": f"某某县第{1 + number % 40}镇人民政府",
        "doc_number": f"镇政〔{on.year}〕{by}{number}号",
        "title": f"关于做好第{number}批农业生产救灾资金使用情况报送工作的通知",
        "secrecy": "0",
        "urgency": "normal",
        "copies": "1",
        "pages": str(1 + number % 20),
        "purpose": "decision",
        "save": "next",
    }
