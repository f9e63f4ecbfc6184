// Shows the document of the contract that the address names (?contract=cinema), or of all.
"use strict";

const contract = document.getElementById("contract");
const wanted = new URLSearchParams(window.location.search).get("contract") || "";
contract.value = [...contract.options].some((option) => option.value === wanted) ? wanted : "";
contract.addEventListener("change", () => {
  window.location.search = contract.value ? `?contract=${contract.value}` : "";
});

SwaggerUIBundle({
  url: contract.value ? `/openapi/${contract.value}.json` : "/openapi.json",
  dom_id: "#viewer",
  deepLinking: true,
  docExpansion: contract.value ? "list" : "none",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  validatorUrl: null,
  withCredentials: true,
});
