// Commands and ids are taken with one click. The button is there only where scripts run.
export const copy = () => ({
  copied: false,
  async take() {
    await navigator.clipboard.writeText(this.$root.querySelector("code").textContent.trim());
    this.copied = true;
    setTimeout(() => (this.copied = false), 2000);
  },
});
