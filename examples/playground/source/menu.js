/**
 * Offers `choices`, each with a `title`, in a select element whose first option stands for the
 * reader's own text; `choose` is called with the one that is chosen.
 */
export function fillMenu(select, choices, choose) {
  choices.forEach(({ title }, index) => select.add(new Option(title, index)));
  select.onchange = () => {
    const { value } = select;
    if (value !== "") choose(choices[value]);
    // Filling an editor is a change of it, which has the menu say "Your own".
    select.value = value;
  };
}
