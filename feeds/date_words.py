"""The words that dates are written with, in the languages that are watched most: months, units, "yesterday", zones.

Values alone. All are lower case and NFC. What other languages print, `feeds.dates.in_language` asks a library for.
"""

from __future__ import annotations

from datetime import timedelta

# English, French, German, Spanish, Portuguese, Italian, Dutch, Indonesian, Malay, Russian; with the usual short forms.
_MONTH_WORDS = {
    1: "january jan janvier janv januar jänner enero ene janeiro gennaio gen januari января январь янв",
    2: "february feb février fevrier févr fév februar febrero fevereiro fev febbraio februari февраля февраль фев",
    3: "march mar mars märz maerz marzo março maart mrt maret mac марта март мар",
    4: "april apr avril avr abril abr aprile апреля апрель апр",
    5: "may mai mayo maio maggio mag mei мая май",
    6: "june jun juin juni junio junho giugno giu июня июнь июн",
    7: "july jul juillet juil juli julio julho luglio lug julai июля июль июл",
    8: "august aug août aout agosto ago augustus agustus agu ags ogos августа август авг",
    9: "september sept sep septembre septiembre setiembre setembro set settembre сентября сентябрь сен",
    10: "october oct octobre oktober okt octubre outubro out ottobre ott октября октябрь окт",
    11: "november nov novembre noviembre novembro ноября ноябрь ноя",
    12: "december dec décembre déc dezember dez diciembre dic dezembro dicembre desember disember des декабря дек",
}
_MORE_MONTH_WORDS = {
    1: "ocak stycznia січня يناير มกราคม ม.ค",
    2: "şubat lutego лютого فبراير กุมภาพันธ์ ก.พ",
    3: "mart marca березня مارس มีนาคม มี.ค",
    4: "nisan kwietnia квітня أبريل ابريل إبريل เมษายน เม.ย",
    5: "mayıs maja травня مايو พฤษภาคม พ.ค",
    6: "haziran czerwca червня يونيو يونيه มิถุนายน มิ.ย",
    7: "temmuz lipca липня يوليو يوليه กรกฎาคม ก.ค",
    8: "ağustos sierpnia серпня أغسطس اغسطس สิงหาคม ส.ค",
    9: "eylül września вересня سبتمبر กันยายน ก.ย",
    10: "ekim października жовтня أكتوبر اكتوبر ตุลาคม ต.ค",
    11: "kasım listopada листопада نوفمبر พฤศจิกายน พ.ย",
    12: "aralık grudnia грудня ديسمبر ธันวาคม ธ.ค",
}
"""Turkish, Polish, Ukrainian, Arabic, Thai."""
MONTHS = {
    word: number for number in range(1, 13) for word in f"{_MONTH_WORDS[number]} {_MORE_MONTH_WORDS[number]}".split()
}
VIETNAMESE_MONTHS = {
    "một": 1, "giêng": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8,
    "chín": 9, "mười": 10, "mười một": 11, "mười hai": 12, "chạp": 12,
}  # fmt: skip
ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "bst": 60, "cet": 60, "west": 60, "cest": 120, "eet": 120,
    "eest": 180, "msk": 180, "ist": 330, "ict": 420, "wib": 420, "sgt": 480, "hkt": 480, "jst": 540, "kst": 540,
    "aest": 600, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
}  # fmt: skip

ERAS = {"令和": 2018, "平成": 1988}
"""Japanese eras, with the year before their first."""
MINGUO = 1911
"""Years by which Taiwan's dates run behind."""

UNITS = {
    "second": "s", "sec": "s", "giây": "s", "minute": "m", "min": "m", "phút": "m", "hour": "h", "hr": "h", "giờ": "h",
    "tiếng": "h", "heure": "h", "stunde": "h", "hora": "h", "day": "d", "ngày": "d", "jour": "d", "tag": "d",
    "día": "d",
    "week": "w", "tuần": "w", "semaine": "w", "woche": "w", "semana": "w", "month": "o", "tháng": "o", "mois": "o",
    "monat": "o", "mes": "o", "year": "y", "năm": "y", "an": "y", "jahr": "y", "año": "y",
}  # fmt: skip
OTHER_UNITS = {
    "秒": "s", "초": "s", "วินาที": "s", "секунд": "s",
    "分": "m", "分钟": "m", "分鐘": "m", "분": "m", "นาที": "m", "минут": "m", "دقيقة": "m", "دقائق": "m",
    "時間": "h", "小时": "h", "小時": "h", "시간": "h", "ชั่วโมง": "h", "час": "h", "ساعة": "h", "ساعات": "h",
    "日": "d", "天": "d", "일": "d", "วัน": "d", "день": "d", "дня": "d", "дней": "d", "يوم": "d", "يوما": "d",
    "أيام": "d",
    "週間": "w", "周": "w", "週": "w", "주": "w", "สัปดาห์": "w", "недел": "w", "أسبوع": "w", "أسابيع": "w",
    "か月": "o", "ヶ月": "o", "ヵ月": "o", "个月": "o", "個月": "o", "개월": "o", "เดือน": "o", "месяц": "o", "شهر": "o",
    "أشهر": "o", "年": "y", "년": "y", "ปี": "y", "год": "y", "лет": "y", "سنة": "y", "سنوات": "y",
}  # fmt: skip
"""Japanese, Chinese, Korean, Thai, Russian (stems), Arabic."""
UNIT_LENGTH = {
    "s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1),
    "w": timedelta(weeks=1), "o": timedelta(days=30), "y": timedelta(days=365),
}  # fmt: skip
NEAR_DAYS = {
    "just now": None, "vừa xong": None, "vừa mới": None, "à l'instant": None, "today": 0, "hôm nay": 0, "yesterday": 1,
    "hôm qua": 1, "hôm kia": 2, "aujourd'hui": 0, "aujourd’hui": 0, "hier": 1, "avant-hier": 2, "heute": 0,
    "gestern": 1, "vorgestern": 2, "hoy": 0, "ayer": 1, "anteayer": 2, "hoje": 0, "ontem": 1, "oggi": 0, "ieri": 1,
    "vandaag": 0, "gisteren": 1, "hari ini": 0, "kemarin": 1, "semalam": 1, "сегодня": 0, "вчера": 1, "bugün": 0,
    "dün": 1, "اليوم": 0, "أمس": 1,
}  # fmt: skip
UNSPACED_NEAR_DAYS = {
    "今日": 0, "本日": 0, "昨日": 1, "一昨日": 2, "今天": 0, "昨天": 1, "前天": 2, "오늘": 0, "어제": 1, "วันนี้": 0,
    "เมื่อวาน": 1, "เมื่อวานนี้": 1,
}  # fmt: skip
"""In languages that set no space between words."""
