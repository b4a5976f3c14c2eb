/*
 * Lists of references: buttons that move the stored members.
 *
 * Without this script each member has a number for its place.
 */
'use strict';
{
    const rowsOf = list => [...list.querySelectorAll(':scope > li:not([hidden])')];

    function say(text) {
        let status = document.getElementById('list-status');
        if (!status) {
            status = document.createElement('div');
            status.id = 'list-status';
            status.className = 'admin-ext visually-hidden';
            status.setAttribute('role', 'status');
            document.body.append(status);
        }
        status.textContent = text;
    }

    function button(row, step, text, label) {
        const element = document.createElement('button');
        element.type = 'button';
        element.className = step < 0 ? 'order-up' : 'order-down';
        element.textContent = text;
        element.title = label;
        const name = row.querySelector('.reference-order-label').textContent;
        element.setAttribute('aria-label', `${label}: ${name}`);
        element.addEventListener('click', () => move(row, step, element));
        return element;
    }

    function move(row, step, pressed) {
        const list = row.parentElement;
        const rows = rowsOf(list);
        const place = rows.indexOf(row) + step;
        rows[place][step < 0 ? 'before' : 'after'](row);
        tidy(list);
        (pressed.disabled ? row.querySelector('button:not(:disabled)') : pressed).focus();
        say(list.dataset.moved.replace('{place}', place + 1).replace('{count}', rows.length));
    }

    function tidy(list) {
        [...list.children].forEach((row, place) => {
            row.querySelector('.list-order').value = place + 1;
        });
        const rows = rowsOf(list);
        rows.forEach((row, place) => {
            row.querySelector('.order-up').disabled = place === 0;
            row.querySelector('.order-down').disabled = place === rows.length - 1;
        });
    }

    // What is not selected any more is going to be removed.
    function follow(list, select) {
        const chosen = new Set([...select.selectedOptions].map(option => option.value));
        [...list.children].forEach(row => {
            row.hidden = !chosen.has(row.dataset.key);
        });
        tidy(list);
    }

    const selectOf = list => list.parentElement.querySelector(':scope > select[multiple]');

    function start(list) {
        if (!list.classList.contains('has-tools')) {
            list.classList.add('has-tools');
            [...list.children].forEach(row => {
                row.querySelectorAll('.order-tools').forEach(tools => tools.remove());
                const tools = document.createElement('span');
                tools.className = 'order-tools';
                tools.append(
                    button(row, -1, '↑', list.dataset.up), button(row, 1, '↓', list.dataset.down)
                );
                row.append(tools);
            });
        }
        tidy(list);
    }

    const startAll = element => element.querySelectorAll('.reference-order').forEach(start);

    // A row that was copied has buttons without their listeners.
    document.addEventListener('formset:added', event => {
        event.target.querySelectorAll('.reference-order').forEach(
            list => list.classList.remove('has-tools')
        );
        startAll(event.target);
    });

    function begin() {
        startAll(document);
        // Select2 tells of a choice through jQuery only.
        django.jQuery(document).on('change', 'select[multiple]', event => {
            const list = event.target.parentElement.querySelector(':scope > .reference-order');
            if (list && selectOf(list) === event.target && !event.target.matches('.filtered')) {
                follow(list, event.target);
            }
        });
    }

    if (document.readyState === 'loading') {
        document.addEventListener('DOMContentLoaded', begin);
    } else {
        begin();
    }
}
