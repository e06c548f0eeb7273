"""What WeChat pushes, by recording: where the text comes from, and the text."""

MANUAL = "provider manual, https://developers.weixin.qq.com/doc/offiaccount/Message_Management"
MESSAGES = f"{MANUAL}/Receiving_standard_messages.html, openid and times replaced"
EVENTS = f"{MANUAL}/Receiving_event_pushes.html, openid and times replaced"
TEMPLATES = f"{MANUAL}/Template_Message_Interface.html, openid and times replaced"
NOTICES = (
    "provider manual, https://developers.weixin.qq.com/doc/service/en/guide/product/subscription_messages/push.html"
)
MENUS = "provider manual, https://developers.weixin.qq.com/doc/offiaccount/Custom_Menus/Custom_Menu_Push_Events.html"
KF = "provider manual, https://developers.weixin.qq.com/doc/offiaccount/Customer_Service/Session_control.html"
MINI_PAGE = "provider manual, https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/customer-message/receive.html"
MADE = "made for the tests in the shape of the manual's messages"
SEEN = "made for the tests, in the shape that WeiXinMPSDK's own tests show"

HEAD = "<ToUserName><![CDATA[gh_account]]></ToUserName>\n<FromUserName><![CDATA[oUser]]></FromUserName>"

FILE = "<MediaId><![CDATA[media_id]]></MediaId>"
TICKET = "<Ticket><![CDATA[TICKET]]></Ticket>"


def _xml(kind: str, inside: str, *, created: int = 1795161600, id: str = "") -> str:
    number = f"\n  <MsgId>{id}</MsgId>" if id else ""
    return (
        f"<xml>\n{HEAD}\n  <CreateTime>{created}</CreateTime>\n"
        f"  <MsgType><![CDATA[{kind}]]></MsgType>\n  {inside}{number}\n</xml>"
    )


def _event(event: str, inside: str = "") -> str:
    return _xml("event", f"<Event><![CDATA[{event}]]></Event>\n  {inside}")


def _key(key: str) -> str:
    return f"<EventKey><![CDATA[{key}]]></EventKey>"


_LIST = """<List>
    <TemplateId><![CDATA[VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc]]></TemplateId>
    <SubscribeStatusString><![CDATA[accept]]></SubscribeStatusString><PopupScene>2</PopupScene>
  </List>
  <List>
    <TemplateId><![CDATA[9nLIlbOQZC5Y89AZteFEux3WCXRRRG5Wfzkpssu4bLI]]></TemplateId>
    <SubscribeStatusString><![CDATA[reject]]></SubscribeStatusString><PopupScene>2</PopupScene>
  </List>"""

ACCOUNT: dict[str, tuple[str, str]] = {
    "text": (MESSAGES, _xml("text", "<Content><![CDATA[this is a test]]></Content>", id="1234567890123456")),
    "text__chinese_and_emoji": (
        MADE,
        _xml("text", "<Content><![CDATA[  家里停水了 😢 <b>&amp;\n第二行 ]]></Content>", id="9223372036854775807"),
    ),
    "text__json": (
        MADE,
        '{"ToUserName":"gh_account","FromUserName":"oUser","CreateTime":1795161600,"MsgType":"text",'
        '"Content":"JSON 推送 😀","MsgId":23456789012345678}',
    ),
    "text__menu_in_chat": (
        "provider manual, https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Service_Center_messages.html",
        _xml("text", "<Content><![CDATA[满意]]></Content>\n  <bizmsgmenuid>101</bizmsgmenuid>", id="1234567890123457"),
    ),
    "text__empty": (MADE, _xml("text", "<Content></Content>", id="1234567890123458")),
    "image": (
        MESSAGES,
        _xml("image", f"<PicUrl><![CDATA[http://mmbiz.qpic.cn/p/0]]></PicUrl>\n  {FILE}",
             id="1234567890123459"),
    ),
    "voice": (
        MESSAGES,
        _xml("voice", f"{FILE}\n  <Format><![CDATA[amr]]></Format>", id="1234567890123460"),
    ),
    "voice__recognised": (
        MESSAGES,
        _xml("voice", "<MediaId><![CDATA[media_id]]></MediaId>\n  <Format><![CDATA[amr]]></Format>\n"
             "  <Recognition><![CDATA[腾讯微信团队]]></Recognition>", id="1234567890123461"),
    ),
    "video": (
        MESSAGES,
        _xml("video", f"{FILE}\n  <ThumbMediaId><![CDATA[thumb_media_id]]></ThumbMediaId>",
             id="1234567890123462"),
    ),
    "shortvideo": (
        MESSAGES,
        _xml("shortvideo", "<MediaId><![CDATA[media_id]]></MediaId>\n"
             "  <ThumbMediaId><![CDATA[thumb_media_id]]></ThumbMediaId>", id="1234567890123463"),
    ),
    "location": (
        MESSAGES,
        _xml("location", "<Location_X>23.134521</Location_X>\n  <Location_Y>113.358803</Location_Y>\n  "
             "<Scale>20</Scale>\n  <Label><![CDATA[位置信息]]></Label>", id="1234567890123464"),
    ),
    "link": (
        MESSAGES,
        _xml("link", "<Title><![CDATA[公众平台官网链接]]></Title>\n  "
             "<Description><![CDATA[公众平台官网链接]]></Description>\n  "
             "<Url><![CDATA[https://mp.weixin.qq.com/]]></Url>", id="1234567890123465"),
    ),
    "miniprogrampage": (
        MADE,
        _xml("miniprogrampage", "<Title><![CDATA[报修进度]]></Title>\n  <AppId><![CDATA[wx0123456789abcdef]]></AppId>\n"
             "  <PagePath><![CDATA[pages/repair?id=7]]></PagePath>\n  <ThumbUrl><![CDATA[https://mmbiz.qpic.cn/t/0]]></ThumbUrl>",
             id="1234567890123466"),
    ),
    "file__without_id": (
        SEEN,
        _xml("file", "<Title><![CDATA[test.zip]]></Title>\n  <Description><![CDATA[]]></Description>\n"
             "  <FileKey><![CDATA[BAAAAAAAAACJHA0y]]></FileKey>\n  <FileTotalLen>222</FileTotalLen>",
             id="1234567890123467"),
    ),
    "file": (
        MADE,
        _xml("file", f"<Title><![CDATA[报修单.pdf]]></Title>\n  {FILE}", id="1234567890123468"),
    ),
    "unknown__type": (MADE, _xml("hologram", "<Depth>3</Depth>", id="1234567890123469")),
    "unknown__event": (MADE, _event("something_of_tomorrow")),
    "subscribe": (EVENTS, _event("subscribe", "<EventKey></EventKey>")),
    "subscribe__by_code": (EVENTS, _event("subscribe", f"{_key('qrscene_123123')}\n  {TICKET}")),
    "unsubscribe": (EVENTS, _event("unsubscribe")),
    "scan": (EVENTS, _event("SCAN", f"{_key('SCENE_VALUE')}\n  {TICKET}")),
    "location_report": (
        EVENTS,
        _event("LOCATION", "<Latitude>23.137466</Latitude>\n  <Longitude>113.352425</Longitude>\n"
               "  <Precision>119.385040</Precision>"),
    ),
    "click": (EVENTS, _event("CLICK", _key("怎么缴费"))),
    "view": (EVENTS, _event("VIEW", _key("www.qq.com"))),
    "scancode_push": (
        MENUS,
        _event("scancode_push", f"{_key('6')}\n  <ScanCodeInfo><ScanType><![CDATA[qrcode]]></ScanType>"
               "<ScanResult><![CDATA[1]]></ScanResult></ScanCodeInfo>"),
    ),
    "scancode_waitmsg": (
        MENUS,
        _event("scancode_waitmsg", f"{_key('6')}\n  <ScanCodeInfo><ScanType><![CDATA[qrcode]]></ScanType>"
               "<ScanResult><![CDATA[2]]></ScanResult></ScanCodeInfo>"),
    ),
    "pic_sysphoto": (
        MENUS,
        _event("pic_sysphoto", f"{_key('6')}\n  <SendPicsInfo><Count>1</Count><PicList><item><PicMd5Sum>"
               "<![CDATA[1b5f7c23b5bf75682a53e7b6d163e185]]></PicMd5Sum></item></PicList></SendPicsInfo>"),
    ),
    "template__success": (
        TEMPLATES,
        _event("TEMPLATESENDJOBFINISH", "<MsgID>200163836</MsgID>\n  <Status><![CDATA[success]]></Status>"),
    ),
    "template__blocked": (
        TEMPLATES,
        _event("TEMPLATESENDJOBFINISH", "<MsgID>200163840</MsgID>\n  <Status><![CDATA[failed:user block]]></Status>"),
    ),
    "mass__finished": (MADE, _event("MASSSENDJOBFINISH", "<MsgID>1000001625</MsgID>\n  <Status>send success</Status>")),
    "notice__popup": (
        NOTICES, _event("subscribe_msg_popup_event", f"<SubscribeMsgPopupEvent>{_LIST}</SubscribeMsgPopupEvent>"),
    ),
    "notice__given_up_json": (
        "provider manual, https://developers.weixin.qq.com/community/develop/doc/00042034428fa074706c908245b800 (one "
        "item instead of a list)",
        '{"ToUserName":"gh_account","FromUserName":"oUser","CreateTime":1795161600,"MsgType":"event","Event":'
        '"subscribe_msg_change_event","List":{"SubscribeStatusString":"reject","TemplateId":"NQezXFstp4zZV2q7u5a"}}',
    ),
    "notice__sent": (
        NOTICES,
        _event("subscribe_msg_sent_event", "<SubscribeMsgSentEvent><List><TemplateId>VRR0UEO9</TemplateId>"
               "<MsgID>1700827132819554304</MsgID><ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus></List><List>"
               "<TemplateId>VRR0UEO9</TemplateId><MsgID>1700827132819554305</MsgID><ErrorCode>43101</ErrorCode>"
               "<ErrorStatus>user refuse to accept the msg</ErrorStatus></List></SubscribeMsgSentEvent>"),
    ),
    "service__began": (KF, _event("kf_create_session", "<KfAccount><![CDATA[test1@test]]></KfAccount>")),
    "service__moved": (
        KF,
        _event("kf_switch_session", "<FromKfAccount><![CDATA[test1@test]]></FromKfAccount>\n"
               "  <ToKfAccount><![CDATA[test2@test]]></ToKfAccount>"),
    ),
}  # fmt: skip

_JSON = '{"ToUserName":"gh_account","FromUserName":"oUser","CreateTime":1795161600,'
MINI: dict[str, tuple[str, str]] = {
    "text": (MINI_PAGE, _xml("text", "<Content><![CDATA[this is a test]]></Content>", id="1234567890123456")),
    "text__json": (MINI_PAGE, _JSON + '"MsgType":"text","Content":"this is a test","MsgId":1234567890123457}'),
    "image__json": (
        MINI_PAGE,
        _JSON + '"MsgType":"image","PicUrl":"http://mmbiz.qpic.cn/p/0","MediaId":"media_id","MsgId":1234567890123458}',
    ),
    "miniprogrampage__json": (
        MINI_PAGE,
        _JSON + '"MsgType":"miniprogrampage","MsgId":1234567890123459,"Title":"Title","AppId":"wx0123456789abcdef",'
        '"PagePath":"pages/index/index","ThumbUrl":"https://mmbiz.qpic.cn/t/0","ThumbMediaId":"thumb"}',
    ),
    "enter": (MINI_PAGE, _event("user_enter_tempsession", "<SessionFrom><![CDATA[order=7]]></SessionFrom>")),
}
