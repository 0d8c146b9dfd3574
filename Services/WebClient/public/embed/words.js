// What the button says, in both languages. It stands in pages of others, so it fetches nothing.

const chinese = {
  call: "网页呼叫", title: "语音通话", connecting: "正在连接…", ringing: "正在呼叫…", answered: "通话中", reconnecting: "正在重新连接…", mute: "静音", unmute: "取消静音", keys: "拨号盘",
  hangUp: "挂断", again: "再次呼叫", close: "关闭", key: "按键 {key}",
  ended: {
    hungUp: "您已挂断", ended: "通话已结束", busy: "线路繁忙，请稍后再试", unavailable: "暂时无法接通，请稍后再试", unreachable: "无法建立语音连接，请检查网络或防火墙", lost: "连接已中断",
    tooLong: "已达到最长通话时间", failed: "呼叫失败，请稍后再试", closed: "此处暂不能呼叫", denied: "请允许使用麦克风后再呼叫", missing: "没有找到麦克风", taken: "麦克风被其他程序占用",
    insecure: "此浏览器或页面不支持通话（需要 HTTPS）",
  },
};

const english = {
  call: "Call us", title: "Voice call", connecting: "Connecting…", ringing: "Calling…", answered: "In call", reconnecting: "Reconnecting…", mute: "Mute", unmute: "Unmute", keys: "Keypad",
  hangUp: "Hang up", again: "Call again", close: "Close", key: "Key {key}",
  ended: {
    hungUp: "You hung up", ended: "The call is over", busy: "All lines are busy. Please try again later.", unavailable: "Nobody can be reached right now. Please try again later.",
    unreachable: "No sound gets through. Please check your network or firewall.", lost: "The connection was lost", tooLong: "The longest time for a call is over",
    failed: "The call failed. Please try again later.", closed: "Nobody can call in here", denied: "Please allow the microphone, then call again", missing: "There is no microphone",
    taken: "Another program uses the microphone", insecure: "This browser or page cannot make calls (HTTPS is needed)",
  },
};

export const wordsFor = (language) => (language.toLowerCase().startsWith("zh") ? chinese : english);
