(function () {
  var root = document.documentElement;
  function half() { return root.lang === "en" ? "en" : "zh"; }
  function speak(lang) {
    root.lang = lang;
    document.title = lang === "en" ? root.dataset.titleEn : root.dataset.titleZh;
  }
  function sectionInView() {
    var found = null;
    document.querySelectorAll("section[id^='" + half() + "-']").forEach(function (s) {
      if (s.getBoundingClientRect().top < 120) { found = s.id.slice(3); }
    });
    return found;
  }
  document.querySelectorAll("[data-switch]").forEach(function (button) {
    button.addEventListener("click", function () {
      var at = sectionInView();
      speak(button.dataset.switch);
      var target = at && document.getElementById(half() + "-" + at);
      if (target) { target.scrollIntoView(); } else { window.scrollTo(0, 0); }
      var other = document.querySelector(".half[lang='" + root.lang + "'] [data-switch]");
      if (other && !target) { other.focus(); }
    });
  });
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.addEventListener("click", function () { window.print(); });
  });
  if (location.hash.indexOf("#en") === 0) { speak("en"); }
  if (location.hash.indexOf("#zh") === 0) { speak("zh-Hans"); }
})();
