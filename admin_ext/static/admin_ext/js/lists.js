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

    // Rows of inlines. Django's script adds and removes them, and counts their names in
    // the order in which they stand in the page.

    const inlineRowsOf = group => [...group.querySelectorAll('.row-tools')].map(
        tools => tools.closest('tr.form-row, .inline-related[id]')
    ).filter(row => row && !row.classList.contains('empty-form'));
    const toolsOf = row => row.querySelector('.row-tools');
    const numberOf = row => Number(row.id.slice(row.id.lastIndexOf('-') + 1));
    const isStored = row => toolsOf(row).hasAttribute('data-row');
    const groupOf = element => element.closest('.inline-group');

    function placeBefore(row, other) {
        const errors = row.previousElementSibling;
        other.before(row);
        if (errors && errors.classList.contains('row-form-errors')) {
            row.before(errors);
        }
    }

    function tidyInline(group) {
        const rows = inlineRowsOf(group);
        const lastStored = rows.findLastIndex(isStored);
        const first = Math.min(...rows.map(row => Number(toolsOf(row).dataset.first)).filter(Boolean));
        const texts = group.querySelector('.row-tools[data-up]').dataset;
        rows.forEach((row, place) => {
            const tools = toolsOf(row);
            const order = tools.querySelector('input.list-order');
            const mayCopy = tools.querySelector('.row-copy, .row-from');
            if (order) {
                order.value = place > lastStored ? '' : first + place;
            }
            row.classList.add('has-row-tools');
            if (!tools.querySelector('.list-tools')) {
                const buttons = document.createElement('span');
                buttons.className = 'list-tools';
                if (order) {
                    buttons.append(
                        button('list-up', '↑', texts.up), button('list-down', '↓', texts.down)
                    );
                }
                if (mayCopy) {
                    buttons.append(button('list-duplicate', texts.duplicate, texts.duplicate));
                }
                tools.append(buttons);
                tools.classList.add('has-tools');
            }
            if (order) {
                tools.querySelector('.list-up').disabled = place === 0;
                tools.querySelector('.list-down').disabled = place === rows.length - 1;
            }
        });
    }

    function moveInline(row, step, pressed) {
        const group = groupOf(row);
        const rows = inlineRowsOf(group);
        const place = rows.indexOf(row) + step;
        if (step < 0) {
            placeBefore(row, rows[place]);
        } else {
            placeBefore(rows[place], row);
        }
        tidyInline(group);
        (pressed.disabled ? row.querySelector('.list-up:not(:disabled), .list-down:not(:disabled)') : pressed).focus();
        const text = group.querySelector('.row-tools[data-moved]').dataset.moved;
        say(text.replace('{place}', place + 1).replace('{count}', rows.length));
    }

    // Django's script makes the row, with all that belongs to its inputs.
    function duplicateInline(row) {
        const group = groupOf(row);
        const adding = group.querySelector('.add-row a');
        if (!adding || !adding.offsetParent) {
            return;
        }
        adding.click();
        const copy = inlineRowsOf(group).reduce((a, b) => numberOf(a) > numberOf(b) ? a : b);
        const [before, after] = [row.id, copy.id];
        row.querySelectorAll('.nested-list').forEach(list => {
            const other = document.getElementById(list.id.replace(before, after));
            if (other) {
                const rows = list.cloneNode(true);
                clean(rows);
                rows.dataset.row = before.slice(before.lastIndexOf('-') + 1);
                rename(rows, before.slice(0, before.lastIndexOf('-')), numberOf(copy));
                rows.removeAttribute('data-row');
                other.replaceWith(rows);
                rows.dispatchEvent(new CustomEvent('formset:added', {bubbles: true, detail: {formsetName: after}}));
            }
        });
        row.querySelectorAll('input[name], textarea[name], select[name]').forEach(element => {
            const name = element.name.replace(before, after);
            const others = copy.querySelectorAll(`[name="${CSS.escape(name)}"]`);
            const other = element.type === 'radio'
                ? [...others].find(each => each.value === element.value) : others[0];
            if (!other || element.type === 'file' || element.closest('.row-tools')) {
                return;
            }
            if (element.type === 'checkbox' || element.type === 'radio') {
                other.checked = element.checked;
            } else if (element.tagName === 'SELECT') {
                [...element.selectedOptions].forEach(option => {
                    const same = [...other.options].find(each => each.value === option.value);
                    if (same) {
                        same.selected = true;
                    } else {
                        other.append(new Option(option.text, option.value, true, true));
                    }
                });
                other.dispatchEvent(new Event('change', {bubbles: true}));
            } else {
                other.value = element.value;
            }
        });
        const from = toolsOf(copy).querySelector('.row-from');
        from.value = isStored(row) ? numberOf(row) : toolsOf(row).querySelector('.row-from').value;
        row.after(copy);
        tidyInline(group);
        copy.querySelector('input:not([type=hidden]), textarea, select').focus();
    }

    // Before Django's script counts, rows stand in the order of their names.
    document.addEventListener('click', event => {
        const pressed = event.target.closest('.inline-deletelink');
        const group = pressed && groupOf(pressed);
        if (!group || !group.querySelector('.row-tools')) {
            return;
        }
        const shown = inlineRowsOf(group);
        const gone = pressed.closest('tr.form-row, .inline-related[id]');
        const last = group.querySelector('.empty-form');
        const arrange = rows => rows.forEach(row => placeBefore(row, last));
        arrange([...shown].sort((a, b) => numberOf(a) - numberOf(b)));
        setTimeout(() => {
            arrange(shown.filter(row => row !== gone));
            tidyInline(group);
        });
    }, true);

    function startInlines() {
        document.querySelectorAll('.inline-group').forEach(group => {
            if (group.querySelector('.row-tools[data-up]') && inlineRowsOf(group).length) {
                tidyInline(group);
            }
        });
    }

    const startAll = element => element.querySelectorAll('.nested-list[data-title]').forEach(start);

    document.addEventListener('click', event => {
        const pressed = event.target.closest('.list-tools > button, button.list-add');
        if (!pressed) {
            return;
        }
        const row = pressed.closest('.list-row');
        if (pressed.closest('.row-tools')) {
            const inlineRow = pressed.closest('tr.form-row, .inline-related[id]');
            if (pressed.classList.contains('list-duplicate')) {
                duplicateInline(inlineRow);
            } else {
                moveInline(inlineRow, pressed.classList.contains('list-up') ? -1 : 1, pressed);
            }
        } else if (pressed.classList.contains('list-add')) {
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
    document.addEventListener('formset:added', event => {
        startAll(event.target);
        startInlines();
    });
    document.addEventListener('DOMContentLoaded', () => {
        startAll(document);
        startInlines();
    });
}
