'use strict';
document.getElementById('copy').addEventListener('click', () => {
  const range = document.createRange(), selection = window.getSelection();
  range.selectNodeContents(document.getElementById('text'));
  selection.removeAllRanges();
  selection.addRange(range);
  document.getElementById('copied').textContent = document.execCommand('copy') ? 'copied' : 'selected: press Ctrl+C';
});
