'use strict';
const search = document.getElementById('search'), doubt = document.getElementById('doubt'), count = document.getElementById('count');
const sections = [...document.querySelectorAll('section')], words = sections.map(section => section.textContent.toLowerCase());
function show() {
  const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  sections.forEach((section, at) => {
    section.hidden = !wanted.every(word => words[at].includes(word)) || (doubt.checked && section.dataset.doubt !== '1');
  });
  count.textContent = `${sections.filter(section => !section.hidden).length} of ${sections.length} signatures`;
}
search.addEventListener('input', show);
doubt.addEventListener('change', show);
show();
