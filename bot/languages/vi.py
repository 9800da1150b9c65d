"""Vietnamese."""

TEXTS: dict[str, str] = {
    # Alerts: plain text.
    "alert_untitled": "(không có tiêu đề)",
    "alert_updated": "Đã cập nhật",
    "alert_also": "Cũng có tại: {names}",
    "alert_also_more": "Cũng có tại: {names} và {number} nguồn khác",
    "alert_digest": "{number} bài mới",
    "alert_digest_part": "{number} bài mới (phần {part}/{parts})",
    "alert_ping": "Tin thử: thông báo sẽ đến đây.",
    "alert_operator": "Dành cho người vận hành",
    "alert_expected": "Mong đợi",
    "alert_seen": "Đã thấy",
    "alert_advice": "Cần làm",
    "alert_other": "Một tin loại “{type}”",
    "alert_unfollow": "Bỏ theo dõi: {topic}",
    "alert_date": "{day} {month} năm {year}",
    "alert_months": (
        "tháng_1 tháng_2 tháng_3 tháng_4 tháng_5 tháng_6 tháng_7 tháng_8 tháng_9 tháng_10 tháng_11 tháng_12"
    ),
    # Chat: HTML.
    "welcome": (
        "<b>Thông báo tin tức</b>\nTôi theo dõi các nguồn tin công khai và nhắn cho bạn khi có bài viết khớp "
        "với chủ đề "
        "bạn theo dõi. Hãy chọn một chủ đề bên dưới, hoặc viết truy vấn của riêng bạn:\n"
        '<code>/follow "an ninh biển" AND tuần tra</code>\n\n/help cho xem tất cả.'
    ),
    "welcome_group": (
        "<b>Thông báo tin tức</b>\nNhóm này có thể theo dõi các chủ đề; quản trị viên chọn bằng /topics hoặc /follow. "
        "/help cho xem tất cả."
    ),
    "welcome_back": "Chào mừng bạn trở lại. Bạn đang theo dõi {number} chủ đề; xem tại /following.",
    "channel_ready": (
        "Thông báo có thể đăng tại đây. Chọn chủ đề bằng /topics hoặc /follow, viết thành bài trong kênh này."
    ),
    "topics": "<b>Chủ đề</b>\nChạm để theo dõi hoặc bỏ theo dõi.",
    "topics_page": "<b>Chủ đề</b> ({page}/{pages})\nChạm để theo dõi hoặc bỏ theo dõi.",
    "topics_none": ('Ở đây chưa có chủ đề nào. Hãy theo dõi truy vấn của bạn:\n<code>/follow "an ninh biển"</code>'),
    "followed": "Bạn đã theo dõi <b>{topic}</b>. Bài tiếp theo sẽ đến đây.",
    "followed_before": "Bạn đang theo dõi <b>{topic}</b> rồi.",
    "unfollowed": "Bạn không còn theo dõi <b>{topic}</b>.",
    "pressed_followed": "Đã theo dõi {topic}",
    "pressed_unfollowed": "Đã bỏ theo dõi {topic}",
    "following": "<b>Bạn đang theo dõi</b>",
    "following_none": "Bạn chưa theo dõi gì. /topics cho xem các chủ đề.",
    "following_settings": (
        "Ngôn ngữ: {language} · múi giờ: {time_zone} · bản tin gộp: {digest} · giờ yên lặng: {quiet}"
    ),
    "following_muted": "Tắt tiếng đến {until}.",
    "tried": (
        "Trong {days} ngày, truy vấn này lẽ ra mang đến {month} bài, khoảng {day} bài mỗi ngày; "
        "{in_all} bài đã lưu khớp."
    ),
    "tried_latest": "Mới nhất: {title}",
    "tried_few": "Ít bài hoặc không bài nào trong {number} bài đã lưu khớp.",
    "tried_none": "Không bài nào trong {number} bài đã lưu khớp.",
    "tried_dead": "Không có trong bài đã lưu nào: <code>{clause}</code>",
    "tried_noisy": "Một mình mang đến {share} %: <code>{clause}</code>",
    "voted_good": "Đã ghi: bạn muốn những bài như vậy của {topic}",
    "voted_bad": "Đã ghi: bạn không muốn những bài như vậy của {topic}",
    "tune": "<b>{topic}</b>: {ups} 👍, {downs} 👎.",
    "tune_suggestion": "{place}. Bài đúng ý: {before} % → {after} %; vẫn nhận được {kept} % số bài bạn muốn. Thêm",
    "tune_none": "Các phiếu chưa gợi ra truy vấn nào tốt hơn.",
    "improved": "Bạn đang theo dõi <code>{topic}</code> thay cho <code>{before}</code>.",
    "pressed_improved": "Đã xong",
    "button_tune": "Cải thiện: {topic}",
    "button_improve": "Chọn {place}",
    "choose_unfollow": "Chạm vào mục bạn không muốn theo dõi nữa.",
    "choose_language": "Ngôn ngữ nào?",
    "language_set": "Từ nay tôi viết tiếng Việt.",
    "follow_how": (
        "Hãy viết điều cần theo dõi sau lệnh:\n<code>/follow SLUG</code>, một chủ đề trong /topics\n"
        '<code>/follow "an ninh biển" AND (tuần tra OR diễn tập)</code>, truy vấn của riêng bạn'
    ),
    "muted": "Tắt tiếng đến {until}. /mute off để bật lại.",
    "mute_off": "Thông báo sẽ đến trở lại.",
    "choose_mute": "Tôi nên im lặng bao lâu? (Hoặc viết <code>/mute 8h</code>, <code>/mute 2d</code>.)",
    "hour_1": "1 giờ",
    "hour_8": "8 giờ",
    "day_1": "1 ngày",
    "week_1": "1 tuần",
    "on": "bật",
    "off": "tắt",
    "none": "không",
    "time_zone_is": (
        "Múi giờ của bạn là <b>{time_zone}</b>; ở đó đang là {time}.\n"
        "Đổi bằng <code>/timezone Hanoi</code> hoặc <code>/timezone UTC+7</code>."
    ),
    "time_zone_set": "Múi giờ của bạn giờ là <b>{time_zone}</b>; ở đó đang là {time}.",
    "quiet_is": (
        "Giờ yên lặng: <b>{quiet}</b> ({time_zone}).\nĐổi bằng <code>/quiet 22:00-07:00</code> hoặc "
        "<code>/quiet off</code>."
    ),
    "quiet_set": "Sẽ không có tin trong khoảng <b>{quiet}</b> ({time_zone}); tin tìm thấy lúc đó sẽ đến sau.",
    "quiet_off": "Không có giờ yên lặng: thông báo đến bất cứ lúc nào.",
    "digest_is": (
        "Bản tin gộp: <b>{digest}</b> ({time_zone}).\nĐổi bằng <code>/digest daily 08:00</code>, "
        "<code>/digest weekly mon 08:00</code> hoặc <code>/digest off</code>."
    ),
    "digest_set": "Các bài được gom lại và gửi cùng lúc: <b>{digest}</b> ({time_zone}).",
    "digest_off": "Không gộp: mỗi thông báo đến ngay.",
    "search_how": "Hãy viết điều cần tìm: <code>/search tuần tra biển</code>",
    "search_results": "<b>Bài mới nhất cho</b> {query}",
    "search_none": "Không tìm thấy gì cho {query}.",
    "why_how": "Hãy viết liên kết của bài sau lệnh: <code>/why https://…</code>",
    "why": "<b>Vì sao có, vì sao không</b>",
    "health": "<b>Các nguồn</b>",
    "health_ok": "ổn",
    "health_waiting": "chưa xem lần nào",
    "health_failing": "có lỗi",
    "health_inactive": "không theo dõi",
    "feeds": "<b>Cùng nội dung dưới dạng feed</b>, cho trình đọc tin:",
    "feeds_private": (
        "<b>Tất cả trong một feed</b>, ở một địa chỉ không ai khác biết; ai có địa chỉ thì đọc được:\n"
        "<code>{url}</code>\nĐể lấy địa chỉ khác: <code>/feeds new</code>"
    ),
    "feeds_private_new": (
        "<b>Tất cả trong một feed</b>, ở địa chỉ mới; địa chỉ cũ không còn dùng được:\n<code>{url}</code>"
    ),
    "private_feed_title": "Những gì bạn theo dõi",
    "help": "<b>Những gì tôi hiểu</b>",
    "help_query": (
        'Một truy vấn: từ, <code>"cụm từ chính xác"</code>, <code>AND</code> <code>OR</code> '
        "<code>NOT</code>, dấu ngoặc."
    ),
    "help_group": "Trong nhóm và kênh, chỉ quản trị viên được thay đổi những gì được theo dõi.",
    "command_start": "bắt đầu",
    "command_topics": "các chủ đề để theo dõi",
    "command_follow": "theo dõi một chủ đề hoặc truy vấn của bạn",
    "command_following": "những gì bạn theo dõi và cài đặt",
    "command_edit": "đặt tên, sửa và thử truy vấn riêng",
    "command_unfollow": "bỏ theo dõi",
    "command_digest": "gộp tin: off, daily 08:00, weekly mon 08:00",
    "command_quiet": "giờ yên lặng: 22:00-07:00 hoặc off",
    "command_timezone": "múi giờ của bạn",
    "command_language": "English hoặc Tiếng Việt",
    "command_mute": "im lặng một thời gian",
    "command_search": "tìm bài viết",
    "command_why": "vì sao một bài có hoặc không báo cho bạn",
    "command_feeds": "cùng nội dung dạng RSS và Atom",
    "command_health": "tình trạng các nguồn (người vận hành)",
    "command_help": "tất cả các lệnh",
    "button_undo": "Hoàn tác",
    "button_following": "Tôi đang theo dõi",
    "button_topics": "Chủ đề",
    "button_newer": "‹",
    "button_older": "›",
    "button_follow": "Theo dõi {topic}",
    "unknown_text": (
        "Tôi hiểu các lệnh: /topics cho xem các chủ đề, /help cho xem tất cả.\nĐể theo dõi một truy vấn: {example}"
    ),
    "unknown_command": "Tôi không biết {command}. /help cho xem những gì tôi hiểu.",
    # Why an article did or did not alert: plain text.
    "why_not_stored": "Chưa nguồn nào cho thấy địa chỉ này, nên bài không được lưu.",
    "why_no_source": "Không theo dõi nguồn nào trên {host}.",
    "why_that_site": "trang đó",
    "why_watched": "Trang này được {source} ({url}) theo dõi, {looked}{trouble}.",
    "why_looked": "xem lần cuối lúc {at}",
    "why_not_looked": "chưa xem lần nào",
    "why_failing": "; lỗi từ {at}: {error}",
    "why_found": "{source} tìm thấy lúc {at}: {title}",
    "why_baseline": (
        "Bài đã có sẵn khi xem nguồn lần đầu, hoặc đến muộn với ngày cũ: những bài như vậy có "
        "trong feed và không báo cho ai."
    ),
    "why_not_asked": "Chưa so bài với các chủ đề: việc đó được làm trong vài giây.",
    "why_asked": "Đã so với các chủ đề lúc {at}.",
    "why_matches": "{topic} khớp nhờ: {words}.",
    "why_matches_wordless": "{topic} khớp.",
    "why_no_match": "{topic} không khớp: {failed}",
    "why_no_match_more": "{number} chủ đề khác không khớp.",
    "why_others_match": "Khớp, nhưng không theo dõi: {topics}.",
    "why_also": "; và ",
    "why_nothing_owed": "Không phải báo cho ai.",
    "why_to": "Đến {name}: {outcome}{tries}{copy} [{id}].",
    "why_removed": "một nơi nhận đã bị xoá",
    "why_copy": ", báo bằng bản của nguồn khác",
    "why_sent": "đã gửi",
    "why_sent_at": "đã gửi lúc {at}",
    "why_given_up": "đã thôi gửi: {error}",
    "why_not_sent": "không gửi: {error}",
    "why_muted": "đang tắt tiếng, hoặc nơi nhận không còn",
    "why_tries": " ({number} lần thử)",
    "why_paused": "đang chờ, vì tạm dừng từ {at}: {reason}",
    "why_until": "chờ đến {at}",
    "why_waiting": "chờ gửi",
    "why_last_time": "; lần trước: {error}",
    "why_nothing_is_owed": "Không phải báo cho {name}.",
    "why_other_then": (
        "Không phải báo cho {name}: khi so với các chủ đề, nơi này không theo dõi chủ đề nào khớp, "
        "hoặc chủ đề lúc đó khác."
    ),
    "why_not_followed": "Không phải báo cho {name}: nơi này không theo dõi {topics}.",
    "why_nothing_followed_matches": "Không phải báo cho {name}: không có gì nơi này theo dõi khớp.",
    # Refusals.
    "admins_only": "Chỉ quản trị viên của cuộc trò chuyện này được thay đổi những gì được theo dõi.",
    "operators_only": "Chỉ người vận hành được hỏi điều này.",
    "went_wrong": "Đã có lỗi ở phía tôi và đã được ghi lại. Xin thử lại sau một phút.",
    "button_old": "Nút này đã quá cũ; xin hãy hỏi lại.",
    "declared_here": "Nội dung gửi đến đây do người vận hành cấu hình; không thể đổi qua trò chuyện.",
    "empty_query": "Hãy viết điều cần theo dõi sau lệnh.",
    "query_too_long": "Truy vấn quá dài: tối đa {limit} ký tự.",
    "query_error": "Tôi không đọc được truy vấn này: {reason}",
    "query_expected": "Cần có: {expected}.",
    "query_suggestion": "Ý bạn là <code>{suggestion}</code>",
    "no_such_topic": (
        "Không có chủ đề <b>{slug}</b>. Xem tại /topics. Nếu là truy vấn, hãy đặt trong ngoặc kép: "
        '<code>/follow "{slug}"</code>'
    ),
    "did_you_mean": "Ý bạn là <code>{suggestion}</code>?",
    "edit_none": "Bạn chưa theo dõi truy vấn riêng nào. Hãy tạo bằng <code>/follow TRUY VẤN</code>.",
    "edit_list": "<b>Truy vấn riêng của bạn</b>",
    "edit_how": (
        "Viết một số để xem, hoặc thêm điều cần sửa:\n"
        "<code>/edit 1 title Tuần tra biên giới</code>: tên\n"
        "<code>/edit 1 query tuần tra AND biên giới</code>: truy vấn\n"
        "<code>/edit 1 urgent on</code>: báo ngay, cả trong giờ yên tĩnh và trước bản tổng hợp\n"
        "<code>/edit 1 language vi</code>, hoặc off: tự nhận biết ngôn ngữ\n"
        "<code>/edit 1 expect Một đoạn phải khớp</code>\n"
        "<code>/edit 1 reject Một đoạn không được khớp</code>; off để bỏ"
    ),
    "edit_facts": "ngôn ngữ: {language} · khẩn: {urgent}",
    "edited": "Đã sửa:",
    "edit_number": "Bạn không có truy vấn riêng số {number}; /edit liệt kê chúng.",
    "edit_field": "Không sửa được “{field}”; /edit cho biết sửa được gì.",
    "edit_value": "Hãy viết giá trị mới sau {field}.",
    "edit_urgent": "Hãy viết on hoặc off.",
    "title_too_long": "Tên dài nhất {limit} ký tự.",
    "bad_language_tag": "Đây không phải mã ngôn ngữ. Mã đúng, chẳng hạn: vi.",
    "too_many_samples": "Mỗi loại nhiều nhất {limit} đoạn; <code>off</code> để bỏ.",
    "sample_too_long": "Một đoạn dài nhất {limit} ký tự.",
    "sample_right_expect": "✓ khớp: “{sample}”",
    "sample_right_reject": "✓ không khớp: “{sample}”",
    "sample_wrong_expect": "⚠️ lẽ ra phải khớp, nhưng không khớp: “{sample}”",
    "sample_wrong_reject": "⚠️ lẽ ra không được khớp, nhưng lại khớp: “{sample}”",
    "too_many_queries": "Bạn đã có {limit} truy vấn; hãy bỏ theo dõi một truy vấn trước.",
    "not_followed": "Bạn không theo dõi <b>{topic}</b>.",
    "unknown_language": "Tôi không nói “{name}”; tôi biết: {known}.",
    "unknown_time_zone": (
        "Tôi không biết múi giờ “{name}”. Hãy viết tên thành phố hoặc độ lệch: <code>/timezone Hanoi</code>, "
        "<code>/timezone UTC+7</code>."
    ),
    "bad_digest": (
        "Tôi không đọc được “{text}”. Hãy viết <code>off</code>, <code>daily 08:00</code> hoặc <code>weekly "
        "mon 08:00</code>."
    ),
    "bad_quiet": "Tôi không đọc được “{text}”. Hãy viết <code>22:00-07:00</code> hoặc <code>off</code>.",
    "bad_mute": (
        "Tôi không đọc được “{text}”. Hãy viết <code>8h</code>, <code>2d</code>, <code>1w</code> hoặc <code>off</code>."
    ),
    "destination_removed": "Cuộc trò chuyện này đã bị xoá; /start đưa nó trở lại.",
}
