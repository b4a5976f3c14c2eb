/*
 * Lists within forms: buttons that add, remove, move and duplicate rows.
 *
 * Without this script a row has a number for its place, a box to delete and a box to
 * duplicate it, and there is a blank row. The server knows a row by the number in its
 * names, so that rows are moved in the page and their names stay.
 */
'use strict';
{
    const NAMING = ['id', 'name', 'for', 'aria-describedby', 'aria-labelledby'];
    const patterns = new WeakMap();

    const control = (list, name) => list.querySelector(`input[name$="-${name}"]`);
    const prefixOf = list => control(list, 'TOTAL_FORMS').name.slice(0, -'-TOTAL_FORMS'.length);
    const rowsOf = list => [...list.querySelectorAll(':scope > .list-row')];
    const listOf = row => row.closest('.nested-list');
    const isNew = row => row.classList.contains('list-row-new');
    const own = (row, selector) => [...row.querySelectorAll(selector)].find(
        found => found.closest('.list-row') === row
    );
    const escaped = text => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

    function rename(row, prefix, number) {
        const before = new RegExp(
            `(^|\\s|id_)${escaped(prefix)}-${row.dataset.row}(?=-|\\s|$)`, 'g'
        );
        const after = `${prefix}-${number}`;
        for (const element of [row, ...row.querySelectorAll('*')]) {
            for (const attribute of NAMING) {
                const text = element.getAttribute(attribute);
                if (text) {
                    element.setAttribute(attribute, text.replace(before, (all, start) => start + after));
                }
            }
        }
        row.dataset.row = number;
    }

    // What scripts of Django's have added is made anew for the copy.
    function clean(row) {
        row.querySelectorAll('.datetimeshortcuts, .select2-container, .errorlist').forEach(
            element => element.remove()
        );
        row.querySelectorAll('.select2-hidden-accessible').forEach(select => {
            select.classList.remove('select2-hidden-accessible');
            ['data-select2-id', 'tabindex', 'aria-hidden'].forEach(name => select.removeAttribute(name));
        });
        row.querySelectorAll('option[data-select2-id]').forEach(
            option => option.removeAttribute('data-select2-id')
        );
        row.classList.remove('errors');
    }

    function blanked(row) {
        const copy = row.cloneNode(true);
        clean(copy);
        copy.querySelectorAll('input, textarea, select').forEach(element => {
            if (element.type === 'checkbox' || element.type === 'radio') {
                element.checked = element.defaultChecked;
            } else if (element.tagName === 'SELECT') {
                [...element.options].forEach(option => {
                    option.selected = option.defaultSelected;
                });
            } else if (element.type !== 'hidden') {
                element.value = element.defaultValue;
            }
        });
        return copy;
    }

    // A row without values: the page has one for it, or its blank row is as good.
    function patternOf(list) {
        if (!patterns.has(list)) {
            const template = list.querySelector(':scope > template.list-blank');
            const row = template
                ? template.content.querySelector('.list-row')
                : rowsOf(list).filter(each => isNew(each) && !own(each, 'input[name$="-FROM"]')).pop();
            patterns.set(list, row ? blanked(row) : null);
        }
        return patterns.get(list);
    }

    function insert(list, row, where) {
        const total = control(list, 'TOTAL_FORMS');
        rename(row, prefixOf(list), Number(total.value));
        total.value = Number(total.value) + 1;
        where(row);
        tidy(list);
        row.dispatchEvent(new CustomEvent('formset:added', {
            bubbles: true,
            detail: {formsetName: prefixOf(list)}
        }));
        if (window.DateTimeShortcuts && row.querySelector('.vDateField, .vTimeField')) {
            // As Django's inlines do.
            document.querySelectorAll('.datetimeshortcuts').forEach(element => element.remove());
            window.DateTimeShortcuts.init();
        }
        const first = row.querySelector(
            '.list-value input:not([type=hidden]), .list-value textarea, .list-value select'
        );
        (first || row.querySelector('button')).focus();
    }

    function add(list) {
        const pattern = patternOf(list);
        if (pattern) {
            insert(list, pattern.cloneNode(true), row => list.querySelector(':scope > .list-end').before(row));
        }
    }

    function duplicate(row) {
        const list = listOf(row);
        patternOf(list);
        const copy = row.cloneNode(true);
        const selects = row.querySelectorAll('select');
        copy.querySelectorAll('select').forEach((select, number) => {
            [...select.options].forEach((option, place) => {
                option.selected = selects[number].options[place].selected;
            });
        });
        clean(copy);
        ['.list-delete', '.list-copy'].forEach(name => own(copy, name)?.remove());
        copy.classList.add('list-row-new');
        if (!isNew(row)) {
            const from = document.createElement('input');
            from.type = 'hidden';
            from.name = `${prefixOf(list)}-${row.dataset.row}-FROM`;
            from.value = row.dataset.row;
            copy.append(from);
        }
        insert(list, copy, () => row.after(copy));
    }

    // A number that is missing among the names would be a row of default values.
    function remove(row) {
        const list = listOf(row);
        const next = row.nextElementSibling;
        patternOf(list);
        const note = document.createElement('input');
        note.type = 'hidden';
        note.name = `${prefixOf(list)}-${row.dataset.row}-DELETE`;
        note.value = 'on';
        row.remove();
        list.append(note);
        tidy(list);
        next.querySelector('input:not([type=hidden]), textarea, select, button').focus();
    }

    function move(row, step, button) {
        const list = listOf(row);
        const rows = rowsOf(list);
        const place = rows.indexOf(row) + step;
        if (step < 0) {
            rows[place].before(row);
        } else {
            rows[place].after(row);
        }
        tidy(list);
        (button.disabled ? own(row, '.list-up:not(:disabled), .list-down:not(:disabled)') : button).focus();
        say(list.dataset.moved.replace('{place}', place + 1).replace('{count}', rows.length));
    }

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

    function button(name, text, label) {
        const element = document.createElement('button');
        element.type = 'button';
        element.className = name;
        element.textContent = text;
        element.title = label;
        element.setAttribute('aria-label', label);
        return element;
    }

    // Give rows their tools and their numbers; new ones at the end need no number.
    function tidy(list) {
        const rows = rowsOf(list);
        const first = Number(list.dataset.first);
        const lastStored = rows.findLastIndex(row => !isNew(row));
        rows.forEach((row, place) => {
            row.setAttribute('aria-label', `${list.dataset.title} ${first + place}`);
            const order = own(row, 'input.list-order');
            if (order) {
                order.value = place > lastStored ? '' : first + place;
            }
            let tools = own(row, '.list-tools');
            if (!tools) {
                tools = document.createElement('span');
                tools.className = 'list-tools';
                if (order) {
                    tools.append(
                        button('list-up', '↑', list.dataset.up),
                        button('list-down', '↓', list.dataset.down)
                    );
                }
                tools.append(button('list-duplicate', list.dataset.duplicate, list.dataset.duplicate));
                row.append(tools);
            }
            if (isNew(row) && !own(row, '.list-remove')) {
                tools.append(button('list-remove', list.dataset.remove, list.dataset.remove));
            }
            if (order) {
                own(row, '.list-up').disabled = place === 0;
                own(row, '.list-down').disabled = place === rows.length - 1;
            }
        });
        const total = Number(control(list, 'TOTAL_FORMS').value);
        const isFull = total >= Number(control(list, 'MAX_NUM_FORMS').value);
        list.querySelectorAll(':scope > .list-end > .list-add, :scope > .list-row > .list-tools > .list-duplicate').forEach(
            element => {
                element.disabled = isFull;
            }
        );
    }

    function start(list) {
        if (list.closest('.empty-form, template')) {
            return;
        }
        if (!list.classList.contains('has-tools')) {
            list.classList.add('has-tools');
            const text = list.dataset.add;
            const adding = button('list-add addlink', text, text);
            list.querySelector(':scope > .list-end').append(adding);
        }
        tidy(list);
    }

    const startAll = element => element.querySelectorAll('.nested-list[data-title]').forEach(start);

    document.addEventListener('click', event => {
        const pressed = event.target.closest('.list-tools > button, button.list-add');
        if (!pressed) {
            return;
        }
        const row = pressed.closest('.list-row');
        if (pressed.classList.contains('list-add')) {
            add(listOf(pressed));
        } else if (pressed.classList.contains('list-up')) {
            move(row, -1, pressed);
        } else if (pressed.classList.contains('list-down')) {
            move(row, 1, pressed);
        } else if (pressed.classList.contains('list-duplicate')) {
            duplicate(row);
        } else {
            remove(row);
        }
    });
    document.addEventListener('formset:added', event => startAll(event.target));
    document.addEventListener('DOMContentLoaded', () => startAll(document));
}
