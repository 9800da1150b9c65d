"""What is wrong with a site (`feeds.errors`, the sentences of the packages that raise them), in the other languages.

They are stored in English with the source. As with alarms (`alarm_sentences`, which knows these too), each is
recognised and said anew; names, addresses and figures come along, and so does what a server or the system itself said.
"""

from __future__ import annotations

VIETNAMESE = {
    # feeds.fetch, feeds.addresses
    "{} answered {} ({}).": "{} trả lời {} ({}).",
    "{} did not answer within {} s.": "{} không trả lời trong {} giây.",
    "{} took longer than {} s.": "{} mất hơn {} giây.",
    "{} cannot be found: no DNS answer ({}).": "Không tìm được {}: DNS không trả lời ({}).",
    "{} cannot be found: no DNS answer within {} s.": "Không tìm được {}: DNS không trả lời trong {} giây.",
    "{}: the name is not known.": "{}: không có tên miền này.",
    "{}: no connection (Connection refused).": "{}: không kết nối được (bị từ chối kết nối).",
    "{}: no connection (No route to host).": "{}: không kết nối được (không có đường đến máy chủ).",
    "{}: no connection (Network is unreachable).": "{}: không kết nối được (không tới được mạng).",
    "{}: no connection ({}).": "{}: không kết nối được ({}).",
    "{}: the answer broke off.": "{}: câu trả lời bị đứt giữa chừng.",
    "{}: the answer is wrongly compressed.": "{}: câu trả lời bị nén sai.",
    "{}: certificate expired on {}.": "{}: chứng chỉ đã hết hạn ngày {}.",
    "{}: certificate has expired.": "{}: chứng chỉ đã hết hạn.",
    "{}: self-signed certificate.": "{}: chứng chỉ tự ký.",
    "{}: unable to get local issuer certificate.": "{}: không rõ ai cấp chứng chỉ.",
    "{}: Hostname mismatch, certificate is not valid for '{}'.": "{}: chứng chỉ không dành cho tên '{}'.",
    "{}: IP address mismatch, certificate is not valid for '{}'.": "{}: chứng chỉ không dành cho địa chỉ '{}'.",
    "{}: Connection reset by peer.": "{}: kết nối bị bên kia ngắt.",
    "{}: RemoteDisconnected.": "{}: bên kia ngắt kết nối mà không trả lời.",
    "{} redirects in a circle.": "{} chuyển hướng vòng quanh.",
    "{} redirects more than {} times.": "{} chuyển hướng hơn {} lần.",
    "{} redirects to something that is no address.": "{} chuyển hướng đến thứ không phải là địa chỉ.",
    "{} redirects into this program's own addresses.": "{} chuyển hướng vào địa chỉ của chính chương trình này.",
    "{} sent a compression that was not asked for.": "{} gửi một kiểu nén không được yêu cầu.",
    "{} announces {} bytes.": "{} báo trước {} byte.",
    "{} has more than {} bytes.": "{} có hơn {} byte.",
    "{} is compressed more than {}-fold.": "{} bị nén hơn {} lần.",
    "{} is not an address.": "{} không phải là địa chỉ.",
    "{} is not an address: {}": "{} không phải là địa chỉ: {}",
    "{}: only http and https are fetched.": "{}: chỉ tải http và https.",
    "{} names no host.": "{} không nêu tên máy chủ nào.",
    "The address is too long.": "Địa chỉ quá dài.",
    "No host in the address.": "Trong địa chỉ không có tên máy chủ.",
    "{} leads to {}, which is not a public address.": "{} dẫn đến {}, không phải là địa chỉ công khai.",
    "{} is a name of the local network.": "{} là một tên của mạng nội bộ.",
    "{} is an address in disguise.": "{} là một địa chỉ ngụy trang.",
    # feeds.visits, feeds.robots
    "robots.txt of {} forbids {}; options = { ignore_robots = true } in sources.toml overrides it": (
        "robots.txt của {} cấm {}; options = {{ ignore_robots = true }} trong sources.toml bỏ qua điều cấm này"
    ),
    "robots.txt of {} answered {}: it asks to be left alone": "robots.txt của {} trả lời {}: trang muốn được để yên",
    "{} is busy with other requests of ours": "{} đang bận với các yêu cầu khác của chúng ta",
    # feeds.sources, feeds.protection, feeds.confined, feeds.watch
    "a challenge page answered in place of the site": "một trang kiểm tra trả lời thay cho trang này",
    "a near-empty page with a script answered in place of the site": (
        "một trang gần như trống với một đoạn mã trả lời thay cho trang này"
    ),
    "the page no longer states its list for machines: was it redesigned?": (
        "trang không còn nêu danh sách của mình cho máy đọc: phải chăng trang đã được thiết kế lại?"
    ),
    "nothing matches {}: was the page redesigned?": "không có gì khớp với {}: phải chăng trang đã được thiết kế lại?",
    "no list of articles is recognisable on the page; a selector can name it": (
        "không nhận ra danh sách bài nào trên trang; có thể chỉ ra bằng selector"
    ),
    "the page is an empty frame that scripts fill in a browser; look for its feed or interface": (
        "trang là một khung trống mà các đoạn mã điền vào trong trình duyệt; hãy tìm nguồn cấp hoặc giao diện của trang"
    ),
    "neither a feed nor a list of articles was found; a selector can name the list": (
        "không tìm thấy nguồn cấp hay danh sách bài nào; có thể chỉ ra danh sách bằng selector"
    ),
    "{} links, none with a date and none known, stand in the list's place": (
        "{} liên kết, không cái nào có ngày tháng và không cái nào đã biết, đứng ở chỗ của danh sách"
    ),
    "{} is neither CSS nor XPath: {}": "{} không phải CSS cũng không phải XPath: {}",
    "{} could not be read within {} s and {} MB.": "Không đọc được {} trong {} giây và {} MB.",
    "No feed was found at {}.": "Không tìm thấy nguồn cấp ở {}.",
    "The JSON at {} is no feed.": "JSON ở {} không phải là nguồn cấp.",
    "The feed at {} is broken, and too large to be mended.": "Nguồn cấp ở {} bị hỏng, và quá lớn để sửa.",
    "The feed at {} could not be read within {} s.": "Không đọc được nguồn cấp ở {} trong {} giây.",
    "No sitemap was found at {}.": "Không tìm thấy sơ đồ trang ở {}.",
    "{} is an index of sitemaps, not a list of pages.": "{} là mục lục các sơ đồ trang, không phải danh sách trang.",
    "The sitemap at {} is wrongly compressed.": "Sơ đồ trang ở {} bị nén sai.",
    "The sitemap at {} has more than {} bytes.": "Sơ đồ trang ở {} có hơn {} byte.",
    "the answer holds no list at {}": "câu trả lời không có danh sách nào ở {}",
    "no list of articles is recognisable in the answer; its fields can be named": (
        "không nhận ra danh sách bài nào trong câu trả lời; có thể chỉ ra các trường của nó"
    ),
    "none of {} items has what the stored fields name: was the interface changed?": (
        "không mục nào trong {} mục có những gì các trường đã lưu chỉ ra: phải chăng giao diện đã đổi?"
    ),
    "The answer of {} is no JSON.": "Câu trả lời của {} không phải JSON.",
}
